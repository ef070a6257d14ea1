// Needs a PostgreSQL.
import { join } from 'node:path';
import { dbTests } from '../../../src/gate/checkers/database/db-tests';
import type { Answer } from '../../../src/gate/checker';
import { answersOf } from '../../../src/gate/run-checker';
import { containing, parseObject } from '../support';
import { openBench } from './support';

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

/** Tests of a service that keeps customers, made of these statements. */
async function ask(...statements: readonly string[]): Promise<Answer | undefined> {
  const pg = join(__dirname, '../../../node_modules/pg');
  const inspection = bench.inspect({
    files: {
      'package.json': { name: 'shop', scripts: { test: 'node --test' } },
      'migrations/1_customers.up.sql':
        'create table if not exists customers (id bigint primary key, name text not null);',
      'test/support/customers.js': 'module.exports = { id: 7, name: "Ada" };\n',
      'test/customers.test.js': `
        const { test } = require('node:test');
        const assert = require('node:assert');
        const { Client } = require(${JSON.stringify(pg)});
        const customer = require('./support/customers.js');
        test('a customer is kept', async () => {
          const client = new Client({ connectionString: process.env.DATABASE_URL });
          await client.connect();
          try {
            await client.query('create table if not exists customers (id bigint primary key, name text not null)');
            ${statements.map((sql) => `await client.query(${JSON.stringify(sql)});`).join('\n')}
            const { rows } = await client.query('select name from customers where id = $1', [customer.id]);
            assert.deepEqual(rows, [{ name: 'Ada' }]);
          } finally {
            await client.end();
          }
        });`,
    },
    survey: { test: ['npm', 'test'] },
  });
  const [answer] = await answersOf(dbTests, inspection);
  return answer;
}

test('tests whose rows stand in the way of the next run are found, with what they wrote', async () => {
  const answer = await ask("insert into customers (id, name) values (7, 'Ada')");
  expect(answer?.outcome).toMatchObject({
    kind: 'ran-found',
    note: containing('they fail the second time on the same database'),
    findings: [{ key: 'db-tests:second-run' }],
  });
  expect(JSON.stringify(parseObject(JSON.stringify(answer))['evidence'])).toContain('duplicate key');
});

test('tests that clean up before they begin are not', async () => {
  const answer = await ask('delete from customers', "insert into customers (id, name) values (7, 'Ada')");
  // Here the server is shared, so that what the tests did to the tables is not counted.
  expect(answer?.outcome).toMatchObject({ kind: 'could-not-run', reason: containing('is shared') });
});

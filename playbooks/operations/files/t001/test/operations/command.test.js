// Needs nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../src/operations/command.js';

const usage = 'Usage: node scripts/count.js <number>';

async function runWith({ args = [], env = { DATABASE_URL: 'postgres://db/orders' }, run }) {
  const printed = { out: '', err: '' };
  const code = await runCommand(
    { usage, parse: ([number]) => (number ? { number } : undefined), run },
    { args, env, out: (text) => (printed.out += text), err: (text) => (printed.err += text) },
  );
  return { code, ...printed };
}

test('a report goes to standard output as JSON, and what is done to standard error', async () => {
  const ended = await runWith({
    args: ['3'],
    run: ({ input, config, say }) => {
      say('counting');
      return Promise.resolve({ ok: true, number: input.number, database: config.databaseUrl });
    },
  });
  assert.deepEqual(ended, {
    code: 0,
    out: '{\n  "ok": true,\n  "number": "3",\n  "database": "postgres://db/orders"\n}\n',
    err: 'counting\n',
  });
});

test('a report that is not ok ends with 1 and is printed all the same', async () => {
  const { code, out } = await runWith({ args: ['3'], run: () => Promise.resolve({ ok: false }) });
  assert.deepEqual([code, JSON.parse(out)], [1, { ok: false }]);
});

test('a failure ends with 1 and its message alone', async () => {
  const { code, out, err } = await runWith({ args: ['3'], run: () => Promise.reject(new Error('no disk')) });
  assert.deepEqual([code, out, err], [1, '', 'no disk\n']);
});

test('arguments that make no sense end with 2 and the usage, before the environment is looked at', async () => {
  const { code, err } = await runWith({ env: {}, run: () => assert.fail('must not run') });
  assert.deepEqual([code, err], [2, `${usage}\n`]);
});

test('a faulty environment ends with 1 and names what is missing', async () => {
  const { code, err } = await runWith({ args: ['3'], env: {}, run: () => assert.fail('must not run') });
  assert.equal(code, 1);
  assert.match(err, /DATABASE_URL is missing/);
});

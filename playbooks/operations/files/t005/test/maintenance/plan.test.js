// Needs nothing.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { LIMITS, planMaintenance } from '../../src/maintenance/plan.js';

const limits = {
  vacuumBase: 50,
  vacuumShare: 0.2,
  analyzeBase: 50,
  analyzeShare: 0.1,
  freezeAge: 200_000_000,
};
const MIB = 1024 * 1024;

function table(facts) {
  const quiet = {
    name: 'public.orders',
    rows: 1000,
    dead: 0,
    changed: 0,
    analyzed: true,
    frozenAge: 1,
    limits,
  };
  return { tables: [{ ...quiet, ...facts }], indexes: [] };
}

function index(facts) {
  const tight = {
    name: 'public.i',
    table: 'public.orders',
    valid: true,
    bytes: 8 * MIB,
    neededBytes: 7 * MIB,
  };
  return { tables: [], indexes: [{ ...tight, needed: false, scans: 3, ...facts }] };
}

const statements = (facts) => planMaintenance(facts).actions.map(({ statement }) => statement);

test('a quiet database needs nothing', () => {
  assert.deepEqual(planMaintenance(table({})), { actions: [], advice: [] });
  assert.deepEqual(planMaintenance(index({})), { actions: [], advice: [] });
});

test('a table is vacuumed beyond the dead rows its own limits allow, and not before', () => {
  assert.deepEqual(statements(table({ dead: 250 })), []);
  assert.deepEqual(planMaintenance(table({ dead: 251 })).actions, [
    { statement: 'vacuum (analyze) public.orders', reason: '251 dead rows, over 250' },
  ]);
  assert.deepEqual(statements(table({ dead: 100, limits: { ...limits, vacuumShare: 0.01 } })), [
    'vacuum (analyze) public.orders',
  ]);
});

test('statistics are taken when enough changed or none are there, but not of nothing', () => {
  assert.deepEqual(statements(table({ changed: 150 })), []);
  assert.deepEqual(statements(table({ changed: 151 })), ['analyze public.orders']);
  assert.deepEqual(statements(table({ analyzed: false })), ['analyze public.orders']);
  assert.deepEqual(statements(table({ analyzed: false, rows: 0 })), []);
});

test('rows are frozen at half the age at which the server would do it by force, and that comes first', () => {
  assert.deepEqual(statements(table({ frozenAge: 100_000_000 })), []);
  const facts = table({ frozenAge: 100_000_001, dead: 500 });
  const [other] = table({ name: 'public.a', dead: 500 }).tables;
  assert.deepEqual(statements({ ...facts, tables: [other, ...facts.tables] }), [
    'vacuum (freeze, analyze) public.orders',
    'vacuum (analyze) public.a',
  ]);
});

test('an index is rebuilt when it takes more than twice the room it needs, and is large enough to matter', () => {
  assert.deepEqual(statements(index({ neededBytes: 4 * MIB })), []);
  assert.deepEqual(statements(index({ neededBytes: 3 * MIB })), ['reindex index concurrently public.i']);
  assert.deepEqual(statements(index({ neededBytes: null })), []);
  assert.deepEqual(statements(index({ bytes: MIB - 1, neededBytes: 8192 })), []);
});

test('an index that was never finished is rebuilt whatever its size', () => {
  assert.deepEqual(statements(index({ valid: false, bytes: 0, scans: 0 })), [
    'reindex index concurrently public.i',
  ]);
});

test('what an interrupted rebuild left is dropped and not built a second time', () => {
  for (const name of ['public.i_ccnew', 'public.i_ccold1', 'public."I_ccnew"']) {
    assert.deepEqual(statements(index({ name, valid: false })), [`drop index concurrently ${name}`]);
  }
});

test('an index nothing reads is advice, unless it holds a constraint or is small', () => {
  assert.match(
    planMaintenance(index({ scans: 0 })).advice.join(),
    /public\.i on public\.orders takes .* by a migration/,
  );
  for (const facts of [{ needed: true }, { bytes: 8192 }, { valid: false }]) {
    assert.deepEqual(planMaintenance(index({ scans: 0, ...facts })).advice, []);
  }
});

test('the documentation names the limits', async () => {
  const text = await readFile(new URL('../../docs/maintenance.md', import.meta.url), 'utf8');
  for (const limit of [
    `${LIMITS.freezeShare * 100} %`,
    `${LIMITS.bloatFactor} times`,
    `${LIMITS.indexBytes / MIB} MiB`,
  ]) {
    assert.ok(text.includes(limit), limit);
  }
});

// Needs nothing: what touches other services is pure.
import { afterDecision } from '../../../src/domain/escalation/after-decision';
import { breakingChange } from '../../../src/domain/contract/breaking-change';
import { OtherService } from '../../../src/domain/coordination/coordination-settings';
import { afterAttempt, afterGate } from '../../../src/domain/escalation/ladder';
import {
  contractTouches,
  endpointTouches,
  MAX_TOUCHES,
  tableTouches,
  touchesForHistory,
  type ServiceTouch,
} from '../../../src/domain/target/service-touch';
import { tableChanges } from '../../../src/domain/database/table-changes';
import type { TaskProgress } from '../../../src/domain/work/task-progress';
import { gateOf, handedOff, progressOf } from '../progress';

const billing = OtherService.parse({
  name: 'billing',
  owns: { tables: ['public.invoices'], contracts: ['contracts/billing.yaml'] },
  consumes: {
    tables: ['orders', 'audit.entries'],
    endpoints: ['GET /orders/{id}'],
    contracts: ['pacts/billing.json'],
  },
});
const services = [billing];

const tables = (after: string, before: string | null = null): string[] =>
  tableTouches(services, tableChanges([{ path: 'm/3.up.sql', before, after }])).map((touch) => touch.what);

describe('a migration touches a table', () => {
  it.each([
    ['drops one that others consume', 'DROP TABLE IF EXISTS "orders" CASCADE;', ['drops table orders']],
    ['takes a column away', 'ALTER TABLE orders DROP COLUMN note;', ['drops column note of table orders']],
    [
      'renames it',
      'ALTER TABLE public.orders RENAME TO purchases;',
      ['alters table orders: RENAME TO purchases'],
    ],
    [
      'forbids what was allowed',
      'ALTER TABLE orders ADD CONSTRAINT c CHECK (n > 0);',
      ['alters table orders: ADD CONSTRAINT c CHECK (n > 0)'],
    ],
    [
      'empties it',
      'TRUNCATE orders; DELETE FROM orders;',
      ['empties table orders', 'deletes every row of table orders'],
    ],
    ['drops its schema', 'DROP SCHEMA audit CASCADE;', ['drops schema audit']],
    [
      'alters one that others own, even by adding',
      'ALTER TABLE invoices ADD COLUMN x int;',
      ['alters table invoices: ADD COLUMN x int'],
    ],
  ] as const)('%s', (_, sql, wanted) => {
    expect(tables(sql)).toEqual(wanted);
  });

  it.each([
    [
      'adds to one that others only consume',
      'ALTER TABLE orders ADD COLUMN x int, ALTER COLUMN y DROP NOT NULL;',
    ],
    ['refers to one that others own', 'CREATE TABLE notes (invoice int REFERENCES invoices (id));'],
    [
      'changes rows',
      'UPDATE orders SET n = 1; DELETE FROM orders WHERE n = 0; INSERT INTO invoices VALUES (1);',
    ],
    ['is about tables of nobody else', 'DROP TABLE notes; ALTER TABLE sub.orders DROP COLUMN a;'],
    ['is the way down', '-- migrate:down\nDROP TABLE orders;'],
    ['makes the table itself', 'CREATE TABLE orders (id int); ALTER TABLE orders DROP COLUMN id;'],
  ])('not, as it %s', (_, sql) => {
    expect(tables(sql)).toEqual([]);
  });

  it('only by what is new in it', () => {
    expect(tables('DROP TABLE orders;', 'DROP TABLE orders;')).toEqual([]);
  });
});

it('an operation that clients lose is a conflict with a service that uses it, whatever parameters are called', () => {
  const lost = (place: string) => breakingChange('api', `openapi.yaml: ${place}`, 'is gone');
  const touches = endpointTouches(services, [
    lost('GET /orders/{orderId}'),
    lost('GET /orders/{id} response 200'),
    lost('/orders/{x}'),
    lost('DELETE /orders/{id}'),
    lost('GET /orders'),
    breakingChange('migration', 'm: GET /orders/{id}', 'no API'),
  ]);
  expect(touches.map((touch) => touch.where)).toEqual([
    'openapi.yaml: GET /orders/{orderId}',
    'openapi.yaml: GET /orders/{id} response 200',
    'openapi.yaml: /orders/{x}',
  ]);
  expect(touches[0]).toMatchObject({ kind: 'endpoint', service: 'billing' });
});

it('a contract of theirs that is gone, or takes something away, is a conflict; another change is noted', () => {
  const loss = breakingChange('api', 'contracts/billing.yaml: GET /a', 'the operation is gone');
  const touches = contractTouches(services, [
    { path: 'pacts/billing.json', gone: true, losses: [] },
    { path: 'contracts/billing.yaml', gone: false, losses: [loss] },
    { path: 'contracts/billing.yaml', gone: false, losses: [] },
    { path: 'openapi.yaml', gone: true, losses: [] },
  ]);
  expect(touches.map(({ kind, what }) => [kind, what])).toEqual([
    ['contract', 'the contract is gone'],
    ['contract', 'the operation is gone'],
    ['note', 'the contract changed'],
  ]);
});

it('what is too much to tell is counted, and notes give way to conflicts', () => {
  const touch = (n: number, kind: ServiceTouch['kind'] = 'table'): ServiceTouch => ({
    kind,
    service: 'billing',
    where: `m/${n}.sql`,
    what: `drops table t${n}`,
  });
  const many = [touch(99, 'note'), ...Array.from({ length: 14 }, (_, n) => touch(n))];
  const told = touchesForHistory(many);
  expect(told).toHaveLength(MAX_TOUCHES);
  expect(told.at(-1)?.what).toBe('drops table t9, and 4 more conflicts');
  expect(touchesForHistory([touch(1, 'note'), touch(2)]).map(({ kind }) => kind)).toEqual(['table', 'note']);
});

describe('a conflict with another service', () => {
  const table: ServiceTouch = {
    kind: 'table',
    service: 'billing',
    where: 'm/3.up.sql',
    what: 'drops table orders',
  };
  const endpoint: ServiceTouch = {
    kind: 'endpoint',
    service: 'billing',
    where: 'openapi.yaml: GET /a',
    what: 'gone',
  };
  const note: ServiceTouch = {
    kind: 'note',
    service: 'billing',
    where: 'pacts/b.json',
    what: 'the contract changed',
  };
  const breaking = [
    breakingChange('migration', table.where, table.what),
    breakingChange('api', 'x', 'other'),
  ];
  const asked = (progress: TaskProgress) => {
    if (progress.step.kind !== 'ask') throw new Error(`Nothing is asked, but ${progress.step.kind}`);
    return progress.step.question;
  };
  const decided = (progress: TaskProgress, decision: 'accept' | 'retry') =>
    afterDecision(progress, asked(progress), {
      escalationId: 'backend-T001-E1',
      decision,
      option: null,
      guidance: null,
      assignee: null,
      by: 'ada',
      channel: 'update',
      decidedAt: '2026-01-01T00:00:00.000Z',
    });

  it('about a table is asked first, then about endpoints, then what breaks otherwise; each once', () => {
    const first = afterAttempt(progressOf(), handedOff({ touches: [endpoint, table, note], breaking }));
    expect(first.level).toBe(4);
    expect(asked(first)).toMatchObject({
      reason: 'database-design-conflict',
      recommendation: 'additive',
      evidence: ['[billing] m/3.up.sql: drops table orders'],
      breaking: [breaking[0]],
    });
    const accepted = decided(first, 'accept');
    expect(accepted.step).toEqual({ kind: 'gate' });
    const second = afterGate(accepted, gateOf());
    expect(asked(second)).toMatchObject({ reason: 'cross-service-conflict', breaking: [] });
    const third = afterGate(decided(second, 'accept'), gateOf());
    expect(asked(third)).toMatchObject({ reason: 'breaking-change', breaking: [breaking[1]] });
    const last = afterGate(decided(third, 'accept'), gateOf());
    expect(last.step).toEqual({ kind: 'merge' });
    const again = afterAttempt(last, handedOff({ touches: [table, endpoint], breaking }));
    expect(again.step).toEqual({ kind: 'gate' });
  });

  it('can be worked around: the specialist is told what is in the way', () => {
    const next = decided(afterAttempt(progressOf(), handedOff({ touches: [table] })), 'retry');
    expect(next.step).toMatchObject({
      kind: 'attempt',
      level: 4,
      prompt: { text: expect.stringContaining('m/3.up.sql: drops table orders') },
    });
  });

  it('is none where a contract of theirs only changed', () => {
    expect(afterAttempt(progressOf(), handedOff({ touches: [note] })).step).toEqual({ kind: 'gate' });
  });
});

// Needs no server: list_escalations over the real desk, a real audit log and a scripted gateway.
import { join } from 'node:path';
import { z } from 'zod';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { createAuditLog } from '../../src/audit/audit-log';
import { createAuditReader } from '../../src/audit/audit-reader';
import { Escalation } from '../../src/domain/escalation/escalation';
import { auditEntry } from '../audit/entries';
import { escalation, ID, status } from '../cli/fixtures';
import { execution, named } from '../client/fake-gateway';
import { connectClient, openDesk, textOf, type OpenDesk } from './open-desk';

const SHOP = 'orders-service';
const ids = ['a', 'b', 'c'].map((last) => `objective-add-login-0123abc${last}`);
const waits = [
  {
    kind: 'question',
    id: 'backend-T001-E1',
    trigger: 'security-concern',
    question: 'What now?',
    recommended: 'retry',
    raisedAt: '2030-01-01T00:01:00.000Z',
  },
];

let desk: OpenDesk;
let client: Client;
let read: number;
/** Whose questions cannot be read. */
let broken: string | null;
let lost: boolean;
/** What the rules say of every question. */
let told: Partial<Escalation>;
beforeEach(async () => {
  read = 0;
  broken = null;
  lost = false;
  told = {};
  // As the workflows are asked: the first was raised last.
  const raised = ['2030-01-01T00:03:00.000Z', '2030-01-01T00:02:00.000Z', '2030-01-01T00:01:00.000Z'];
  desk = await openDesk(
    {
      executions: ids.map((id) => execution(id, { memo: { objective: 'x', repository: SHOP, waits } })),
      worker: true,
      query: (name, id) => {
        if (name !== 'openEscalations') return status();
        const raisedAt = raised.shift() ?? '';
        if (lost) throw named('ServiceError', '14 UNAVAILABLE: no connection', { code: 14 });
        if (id === broken) throw named('QueryRejected', 'Workflow Task in failed state', { code: 9 });
        return [escalation({ raisedAt, ...told })];
      },
    },
    {
      audit: () => {
        read += 1;
        return Promise.resolve(createAuditReader({ folder: join(desk.home, 'audit') }));
      },
    },
  );
  client = await connectClient(desk);
});
afterEach(async () => {
  await client.close();
  await desk.dispose();
});

const log = (...entries: readonly Parameters<typeof auditEntry>[]): Promise<void> =>
  createAuditLog({ folder: join(desk.home, 'audit') }).append(entries.map((given) => auditEntry(...given)));

test('questions come oldest first, each with precedents, and the log is read once for all of them', async () => {
  await log(
    ['one', { repository: SHOP, repositoryLabel: SHOP }],
    ['two', { repository: 'elsewhere', repositoryLabel: 'elsewhere' }],
  );
  const { structuredContent } = await client.callTool({ name: 'list_escalations', arguments: {} });
  const precedents = [{ repository: SHOP }, { repository: 'elsewhere' }].map((one): unknown =>
    expect.objectContaining({ ...one, escalationId: expect.any(String), by: 'ada@cli' }),
  );
  expect(structuredContent).toEqual({
    escalations: [...ids].reverse().map((objective): unknown => ({
      objective,
      repository: SHOP,
      escalation: expect.objectContaining({ id: 'backend-T001-E1' }),
      precedents,
    })),
    leftOut: 0,
    unread: [],
    more: false,
  });
  expect(read).toBe(1);
});

test('whom a question is for and when silence decides it is told where the rules say so, and nothing else', async () => {
  const call = (): Promise<unknown> =>
    client
      .callTool({ name: 'list_escalations', arguments: { id: ids[0] } })
      .then((result) => result.structuredContent);
  told = { for: 'security (lin, ada)', defaultAt: '2030-01-01T10:01:00.000Z' };
  expect(await call()).toMatchObject({ escalations: [{ escalation: told }] });
  const known = told;
  told = {};
  const { escalations } = z
    .object({ escalations: z.array(z.object({ escalation: Escalation })) })
    .parse(await call());
  for (const key of Object.keys(known)) expect(escalations[0]?.escalation).not.toHaveProperty(key);
});

test('no workflow is asked for more than its questions', async () => {
  await client.callTool({ name: 'list_escalations', arguments: {} });
  expect(desk.gateway.queries.filter((name) => name === 'objectiveStatus')).toEqual([]);
  expect(desk.gateway.queries.filter((name) => name === 'openEscalations')).toHaveLength(ids.length);
});

test('a limit keeps the oldest, and what is left out is told', async () => {
  const result = await client.callTool({ name: 'list_escalations', arguments: { limit: 1 } });
  expect(result.structuredContent).toMatchObject({ escalations: [{ objective: ids[2] }], leftOut: 2 });
  expect(textOf(result)).toBe('3 open; resolve_escalation answers one.');
});

test('one that cannot be asked is named, and the others are listed', async () => {
  broken = ids[1] ?? null;
  const result = await client.callTool({ name: 'list_escalations', arguments: {} });
  expect(result.structuredContent).toMatchObject({
    escalations: [{ objective: ids[2] }, { objective: ids[0] }],
    leftOut: 0,
    unread: [broken],
    more: false,
  });
  expect(textOf(result)).toMatch(/^At least 2 open; .* 1 did not answer, see unread/);
});

test('a server that is lost meanwhile is told, not taken for workflows that do not answer', async () => {
  lost = true;
  const result = await client.callTool({ name: 'list_escalations', arguments: {} });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(/does not answer; start it/);
});

test('of one objective the repository is asked for, and its precedents come first', async () => {
  const [id = ''] = ids;
  await log(
    ['one', { repository: 'sample orders-service', repositoryLabel: 'sample orders-service' }],
    ['two', { repository: 'elsewhere', repositoryLabel: 'elsewhere' }],
  );
  const { structuredContent } = await client.callTool({ name: 'list_escalations', arguments: { id } });
  expect(structuredContent).toMatchObject({
    escalations: [
      {
        objective: id,
        repository: 'sample orders-service',
        precedents: [{ repository: 'sample orders-service' }, { repository: 'elsewhere' }],
      },
    ],
  });
});

test('an unknown objective is said in a sentence', async () => {
  const result = await client.callTool({ name: 'list_escalations', arguments: { id: ID } });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(/^There is no objective/);
});

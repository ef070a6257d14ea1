// Needs Temporal (a real dev server) and the built package: `mcp --as` where decisions are for roles. Proofs, their key and the
// audit log are the real ones, of the home the program runs in; the other activities are scripted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Activities } from '../../activities/contract';
import { createDecisionActivities } from '../../activities/decisions';
import { createAuditLog } from '../../src/audit/audit-log';
import { createAuditReader } from '../../src/audit/audit-reader';
import { createProofs } from '../../src/audit/proofs';
import { readDecisionKey } from '../../src/config/decision-key';
import { DecisionRules } from '../../src/domain/escalation/decision-rules';
import {
  greenGate,
  handedOff,
  redGate,
  smoothActivities,
  resultOf,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';
import { textOf } from './open-desk';
import { PROGRAM } from './raw-client';

const E1 = 'backend-T001-E1';
const E2 = 'backend-T002-E1';
const TOKEN = 'a-token-that-is-long-enough';
const RULES = DecisionRules.parse({
  people: { security: ['ada'], architect: ['lin'] },
  who: { 'levels-spent': 'security', 'budget-exhausted': 'architect' },
});

let department: TestDepartment;
let home: string;
let environment: Record<string, string>;
beforeAll(async () => {
  department = await startDepartment();
  home = await mkdtemp(join(tmpdir(), 'mcp-roles-'));
  environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    // A claim, and no proof: `--as` says who decides.
    USER: 'ada',
    COORDINATOR_HOME: home,
    COORDINATOR_MCP_TOKEN: TOKEN,
    TEMPORAL_ADDRESS: department.server.address,
  };
});
afterAll(async () => {
  await department.stop();
  await rm(home, { recursive: true, force: true });
});

/** Both tasks stay red, so both are asked about. */
function askingTwice(): Activities {
  const tasks = [planTask({ id: 'backend-T001' }), planTask({ id: 'backend-T002' })];
  const smooth = smoothActivities(tasks);
  return smoothActivities(tasks, {
    surveyRepository: async (input) => ({ ...(await smooth.surveyRepository(input)), decisions: RULES }),
    runAttempt: (request) => Promise.resolve(handedOff(request)),
    gateCommit: ({ scope }) =>
      Promise.resolve(scope === 'task' ? redGate({ subject: 'tests', excerpt: 'not ok 1' }) : greenGate()),
    ...createDecisionActivities({
      audit: createAuditLog({ folder: join(home, 'audit') }),
      proofs: createProofs({ key: () => readDecisionKey({ decisionKey: undefined }, { home }) }),
    }),
  });
}

const asked = ({ status }: Objective): Promise<unknown> =>
  until(status, (seen) => seen.escalations.length === 2);

async function overStdio<T>(person: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ name: 'lead-agent', version: '1.0.0' });
  const args = [PROGRAM, 'mcp', '--as', person];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env: environment }));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** One server over HTTP as `person`, and clients by the names they give themselves. */
async function overHttp(
  person: string,
  names: readonly string[],
  use: (clients: readonly Client[]) => Promise<void>,
): Promise<void> {
  const args = [PROGRAM, 'mcp', '--http', '--port', '0', '--as', person];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  const clients: Client[] = [];
  try {
    let url = '';
    for await (const line of createInterface(child.stderr)) {
      url = /MCP is at (\S+);/.exec(line)?.[1] ?? '';
      if (url !== '') break;
    }
    for (const name of names) {
      const client = new Client({ name, version: '1.0.0' });
      const headers = { authorization: `Bearer ${TOKEN}` };
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
      clients.push(client);
    }
    await use(clients);
  } finally {
    for (const client of clients) await client.close();
    child.kill('SIGTERM');
    await closed;
  }
}

const accept = (id: string, escalationId: string) => ({
  name: 'resolve_escalation',
  arguments: { id, escalationId, decision: 'accept', guidance: 'a known flake' },
});

test('who has no role is refused in a sentence, by every message that would decide; nothing is recorded', async () => {
  await department.withObjective(askingTwice(), async (objective) => {
    await asked(objective);
    const { objectiveId: id } = objective.input;
    await overStdio('eve', async (client) => {
      const refused = async (name: string, args: object): Promise<string> => {
        const result = await client.callTool({ name, arguments: { id, ...args } });
        expect(result.isError).toBe(true);
        return textOf(result);
      };
      const { name, arguments: said } = accept(id, E1);
      expect(await refused(name, said)).toMatch(/eve may not decide levels-spent/);
      // A name in `by` is a claim.
      expect(await refused(name, { ...said, by: 'ada' })).toMatch(/eve may not decide levels-spent/);
      expect(await refused('set_budget', { usd: 99 })).toMatch(/budget-exhausted/);
      expect(await refused('cancel_task', { taskId: 'backend-T001' })).toMatch(
        `${E1} is open and for security`,
      );
    });
    const { decisions, escalations } = await objective.status();
    expect([decisions.length, escalations.length]).toEqual([0, 2]);
  });
  expect(await createAuditReader({ folder: join(home, 'audit') }).lines()).toEqual([]);
});

test('over HTTP whoever the server speaks for decides; each client is recorded by its name', async () => {
  await department.withObjective(askingTwice(), async (objective) => {
    await asked(objective);
    const { objectiveId: id } = objective.input;
    await overHttp('ada', ['claude-code', 'cursor'], async ([one, two]) => {
      expect((await one!.callTool(accept(id, E1))).structuredContent).toMatchObject({ applied: true });
      const late = await two!.callTool({
        ...accept(id, E1),
        arguments: { ...accept(id, E1).arguments, by: 'bob' },
      });
      expect(late.isError).toBe(true);
      expect(textOf(late)).toMatch(/already decided: accept by claude-code@mcp/);
      expect((await two!.callTool(accept(id, E2))).structuredContent).toMatchObject({ applied: true });
    });
    const recorded = [E1, E2].map((escalationId, at) => ({
      escalationId,
      by: ['claude-code@mcp', 'cursor@mcp'][at],
      person: 'ada',
      via: 'mcp',
      channel: 'update',
    }));
    expect((await objective.status()).decisions).toMatchObject(recorded);
    // A line is written right after the answer; the end waits for all of them.
    await resultOf(objective.handle);
    const lines = await createAuditReader({ folder: join(home, 'audit') }).lines();
    expect(lines).toMatchObject(
      recorded.map(({ escalationId, ...who }) => ({
        objective: id,
        who,
        decision: { escalationId, decision: 'accept' },
        saw: { kind: 'escalation', escalation: { id: escalationId } },
      })),
    );
  });
});

test('the next objective’s questions stand beside what was decided on the like, newest first', async () => {
  await department.withObjective(askingTwice(), async (objective) => {
    await asked(objective);
    const inOrder = (await objective.status()).escalations.map((open) => open.id);
    expect([...inOrder].sort()).toEqual([E1, E2]);
    const { objectiveId: id } = objective.input;
    await overStdio('eve', async (client) => {
      const { structuredContent } = await client.callTool({ name: 'list_escalations', arguments: { id } });
      const precedents = [E2, E1].map((escalationId) => ({
        escalationId,
        decision: 'accept',
        guidance: 'a known flake',
        person: 'ada',
      }));
      expect(structuredContent).toMatchObject({
        // Of two tasks at work at once either may ask first.
        escalations: inOrder.map((escalationId) => ({ escalation: { id: escalationId }, precedents })),
      });
    });
  });
  expect((await createAuditReader({ folder: join(home, 'audit') }).verify(null)).problem).toBeNull();
});

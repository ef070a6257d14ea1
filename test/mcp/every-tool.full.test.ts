// Needs Temporal (an embedded server), PostgreSQL, git, the npm registry or its cache and the built package: one real run, which
// two agents bring to its end together, the official client and a hand-written one. Each calls every tool.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { z } from 'zod';
import { openCommandLine, OBJECTIVE, type CommandLine } from '../e2e/command-line';
import { PROGRAM, startRawClient, type RawClient } from './raw-client';

const QUESTION = 'backend-T007-E1';
const RUN_MS = 1_500_000;

const Result = z.looseObject({
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ text: z.string() })),
  structuredContent: z.looseObject({}).optional(),
});
type Call = (name: string, args?: Record<string, unknown>) => Promise<z.infer<typeof Result>>;

let line: CommandLine;
let client: Client;
let hand: RawClient;
const called = { official: new Set<string>(), raw: new Set<string>() };

const official: Call = async (name, args = {}) => {
  called.official.add(name);
  return Result.parse(await client.callTool({ name, arguments: args }, undefined, { timeout: 660_000 }));
};
const raw: Call = (name, args = {}) => {
  called.raw.add(name);
  return hand.call(name, args);
};

beforeAll(async () => {
  line = await openCommandLine({ USER: 'ada' });
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, COORDINATOR_HOME: line.home, COORDINATOR_MODEL: 'offline' };
  client = new Client({ name: 'lead-agent', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [PROGRAM, 'mcp'], env }));
  // From here on the client checks every answer against its schema.
  await client.listTools();
  hand = startRawClient(env);
  await hand.greet();
});
afterAll(async () => {
  await client.close();
  expect(await hand.leave()).toBe(0);
  await line.run('worker', '--stop');
  await line.run('server', '--stop');
  await line.dispose();
});

const Watched = z.looseObject({ watchRow: z.looseObject({ open: z.boolean() }) });

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 200));
}

const said = ({ isError, content }: z.infer<typeof Result>): string => {
  expect({ isError, content }).toEqual({ isError: undefined, content });
  return content[0]?.text ?? '';
};
const refusal = ({ isError, content }: z.infer<typeof Result>): string => {
  expect(isError).toBe(true);
  return content[0]?.text ?? '';
};
const start = { objective: OBJECTIVE, scenario: 'human', approvePlan: true };

async function started(call: Call): Promise<{ readonly id: string; readonly attached: boolean }> {
  const { structuredContent } = await call('start_objective', start);
  return z.looseObject({ id: z.string(), attached: z.boolean() }).parse(structuredContent);
}

/** What a wait answers that is over for another reason than its time. */
async function waited(call: Call, objective: string): Promise<unknown> {
  for (;;) {
    const result = await call('wait_for_objective', { id: objective, timeoutSeconds: 600 });
    said(result);
    if (result.structuredContent?.['reason'] !== 'timed-out') return result.structuredContent;
  }
}

let id: string;

test(
  'a plan is edited by both, and a bad edit is refused with its reason',
  async () => {
    const first = await started(official);
    expect(await started(raw)).toMatchObject({ id: first.id, attached: true });
    id = first.id;
    for (const call of [official, raw]) {
      expect(await waited(call, id)).toMatchObject({
        reason: 'needs-human',
        objective: { planAwaitsApproval: true, planVersion: 1 },
      });
      expect((await call('list_objectives')).structuredContent).toMatchObject({
        objectives: [{ objectiveId: id, state: 'awaiting-approval' }],
      });
      expect((await call('get_status', { id })).structuredContent).toMatchObject({ live: true });
    }
    const edit = (call: Call, given: object) => call('review_plan', { id, decision: 'edit', ...given });
    const circle = { op: 'depend', taskId: 'backend-T001', on: 'backend-T008' };
    expect(refusal(await edit(official, { patch: [circle] }))).toMatch(/circle.*backend-T001/);
    const stranger = { op: 'reassign', taskId: 'backend-T003', specialist: 'cobol-expert' };
    expect(refusal(await edit(raw, { patch: [stranger] }))).toMatch(/backend-T003.*@cobol-expert.*roster/);
    const nonsense = { summary: 'x', tasks: [{ id: 'T1' }] };
    expect(refusal(await edit(official, { plan: nonsense }))).toMatch(
      /^The argument plan\.tasks\.0\.id cannot be used/,
    );
    expect(refusal(await edit(raw, {}))).toMatch(/an edit needs a plan or a patch/);

    const budget = (taskId: string) => ({ op: 'budget', taskId, usd: 5 });
    const taken = await edit(official, { baseVersion: 1, patch: [budget('backend-T003')] });
    expect(taken.structuredContent).toMatchObject({ applied: true });
    expect(said(taken)).toMatch(/the plan is at version 2 now/);
    const late = await edit(raw, { baseVersion: 1, patch: [budget('backend-T004')] });
    expect(refusal(late)).toMatch(/the plan is at version 2 by now, not 1/);
    expect(said(await edit(raw, { baseVersion: 2, patch: [budget('backend-T004')] }))).toMatch(
      /version 3 now/,
    );
    const [plan] = (await client.readResource({ uri: `coordinator://objectives/${id}/plan` })).contents;
    expect(JSON.parse(plan !== undefined && 'text' in plan ? plan.text : '')).toMatchObject({
      version: 3,
      plan: {
        tasks: expect.arrayContaining(
          ['backend-T003', 'backend-T004'].map((task): unknown =>
            expect.objectContaining({ id: task, budgetUsd: 5 }),
          ),
        ),
      },
    });
    said(await official('review_plan', { id, decision: 'approve', baseVersion: 3 }));
  },
  RUN_MS,
);

test(
  'while it runs both steer, pause and answer, and the second answer is told of the first',
  async () => {
    said(await official('pause', { id, reason: 'lunch' }));
    said(await raw('resume', { id }));
    said(await raw('pause', { id }));
    said(await official('resume', { id }));
    for (const [call, usd] of [
      [official, 20],
      [raw, 25],
    ] as const) {
      said(await call('steer', { id, message: 'Keep the handlers small.' }));
      said(await call('set_budget', { id, usd }));
      expect(
        refusal(await call('review_contract', { id, contract: 'no-such', decision: 'approve' })),
      ).toMatch(/no-such/);
    }
    for (const call of [official, raw])
      expect(await waited(call, id)).toMatchObject({
        reason: 'needs-human',
        objective: { escalations: [{ id: QUESTION }], budgetUsd: 25 },
      });
    for (const call of [official, raw])
      expect((await call('list_escalations')).structuredContent).toMatchObject({
        escalations: [{ objective: id, escalation: { id: QUESTION }, precedents: [] }],
        leftOut: 0,
      });
    for (const call of [official, raw]) {
      expect((await call('get_escalation', { id, escalationId: QUESTION })).structuredContent).toMatchObject({
        escalation: { id: QUESTION },
        // The audit itself raised it; no item of the gate is red.
        failing: null,
        diff: { text: expect.stringContaining('diff --git '), leftOutBytes: expect.any(Number) },
      });
    }
    const answer = { id, escalationId: QUESTION, decision: 'retry', option: 'mend' };
    expect(refusal(await raw('resolve_escalation', { ...answer, escalationId: 'backend-T009-E9' }))).toMatch(
      /no escalation/,
    );
    said(await official('resolve_escalation', answer));
    const second = await raw('resolve_escalation', { ...answer, decision: 'abort', option: undefined });
    expect(refusal(second)).toMatch(/already decided: retry by lead-agent@mcp/);
    for (const call of [official, raw])
      expect(await waited(call, id)).toMatchObject({
        reason: 'ended',
        objective: { outcome: 'delivered' },
      });
  },
  RUN_MS,
);

test(
  'what came of it is read by both, and its deployments are reported',
  async () => {
    expect(said(await official('get_report', { id }))).toMatch(/^# /);
    expect((await raw('get_report', { id, format: 'json' })).structuredContent).toMatchObject({
      report: {
        outcome: 'delivered',
        decisions: [{ escalationId: QUESTION, by: 'lead-agent@mcp', via: 'mcp' }],
      },
    });
    said(await official('report_deployment', { id, environment: 'staging' }));
    // There is nothing to look at, so the watch ends with the first report.
    const watchId = `${id}/deployment`;
    await until(async () => {
      const { structuredContent } = await raw('get_status', { id: watchId });
      expect(structuredContent).toMatchObject({ watch: { objectiveId: id } });
      return !Watched.parse(structuredContent).watchRow.open;
    });
    const late = await raw('report_deployment', { id: watchId, environment: 'production' });
    expect(refusal(late)).toMatch(/already finished: not-watched/);
    const { resources } = await client.listResources();
    expect(resources.length).toBeGreaterThan(3);
    for (const { uri } of resources) expect((await client.readResource({ uri })).contents).toHaveLength(1);
    expect(
      refusal(await raw('resolve_escalation', { id, escalationId: QUESTION, decision: 'abort' })),
    ).toMatch(/already finished: delivered/);
  },
  RUN_MS,
);

test(
  'tasks and objectives are cancelled by both; by then each has called every tool',
  async () => {
    for (const call of [official, raw]) {
      const next = await started(call);
      expect(next).toMatchObject({ attached: false });
      await waited(call, next.id);
      said(await call('cancel_task', { id: next.id, taskId: 'backend-T008', reason: 'not now' }));
      said(await call('cancel_objective', { id: next.id }));
      expect(await waited(call, next.id)).toMatchObject({
        reason: 'ended',
      });
      expect(refusal(await call('cancel_objective', { id: next.id }))).toMatch(/already finished: cancelled/);
    }
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name).sort();
    expect([...called.official].sort()).toEqual(names);
    expect([...called.raw].sort()).toEqual(names);
  },
  RUN_MS,
);

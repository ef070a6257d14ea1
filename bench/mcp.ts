import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../activities/contract';
import { createAuditLog } from '../src/audit/audit-log';
import type { AuditEntry } from '../src/domain/escalation/audit';
import type { Escalation } from '../src/domain/escalation/escalation';
import { OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../src/domain/objective/messages';
import { composeServices } from '../src/cli/compose';
import { createDesk } from '../src/cli/desk/desk';
import { createTerminal } from '../src/cli/terminal';
import { byName } from '../src/config/call-form';
import { readEnvironment } from '../src/config/environment';
import { resolveHome } from '../src/config/home';
import { serveHttp } from '../src/mcp/http';
import { createMcpServer } from '../src/mcp/server';
import { WORKFLOW_BUNDLE } from '../src/worker/bundle';
import { figure, percentile, type Figure } from './figures';
import { planTask } from './plans';
import type { BenchServer } from './server';
import { handedOff, objectiveInput, redGate, smoothActivities } from './smooth-activities';

const CALLS = 100;
const WARM = 10;

/** Objectives with open questions, two each, and decisions in the audit log, while `list_escalations` is measured. */
const ASKING = 10;
const DECIDED = 1_000;

/**
 * `get_status` and `list_escalations` by the official client over HTTP, each against the same question asked without MCP, in
 * turns on one connection. Precedents are MCP's own: they count as beyond Temporal.
 */
export async function benchMcp(server: BenchServer): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coordinator-bench-mcp-'));
  const environment = readEnvironment({
    ...process.env,
    COORDINATOR_HOME: folder,
    TEMPORAL_ADDRESS: server.address,
  });
  const home = resolveHome(environment);
  const { stdin, stdout, stderr } = process;
  const desk = createDesk(
    {
      terminal: createTerminal({ stdin, stdout, stderr }, { json: true, noColor: true, ci: true }),
      environment,
      home,
      services: composeServices({ environment, home }),
      signal: new AbortController().signal,
      call: byName,
      cwd: folder,
    },
    { allowUnsandboxed: false },
  );
  const token = randomUUID();
  const served = await serveHttp({
    createServer: () => createMcpServer({ desk, version: 'bench' }),
    host: '127.0.0.1',
    port: 0,
    token,
    explain: (error) => desk.explain(error),
  });
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(served.url), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  const audit = createAuditLog({ folder: join(folder, 'audit') });
  await audit.append(Array.from({ length: DECIDED }, (_, at) => decided(at)));
  const begin = async (approvePlan: boolean): Promise<WorkflowHandle> => {
    const input = objectiveInput({ approvePlan });
    return server.client.workflow.start(OBJECTIVE_WORKFLOW, {
      workflowId: input.objectiveId,
      taskQueue: TASK_QUEUE,
      args: [input],
    });
  };
  const inTurns = async (name: string, args: object, without: () => Promise<unknown>): Promise<Figure[]> => {
    const bare: number[] = [];
    const called: number[] = [];
    let busyMs = 0;
    for (let call = 0; call < WARM + CALLS; call += 1) {
      const alone = await timed(without);
      const before = process.cpuUsage();
      const over = await timed(async () => {
        const answer = await client.callTool({ name, arguments: { ...args } });
        if (answer.isError === true) throw new Error(JSON.stringify(answer.content));
      });
      if (call < WARM) continue;
      const { user, system } = process.cpuUsage(before);
      busyMs += (user + system) / 1000;
      bare.push(alone);
      called.push(over);
    }
    const p95 = percentile(called, 0.95);
    return [
      figure(`MCP ${name} over HTTP p95`, p95, 'ms'),
      figure(
        `MCP ${name} over HTTP p95, beyond the same without MCP`,
        p95 - percentile(bare, 0.95),
        'ms',
        100,
      ),
      figure(`MCP ${name}, processor time a call of client, server and worker`, busyMs / CALLS, 'ms'),
    ];
  };
  const carried = { codePath: WORKFLOW_BUNDLE };
  try {
    return await server.carry(
      { taskQueue: TASK_QUEUE, bundle: carried, activities: askingActivities() },
      async () => {
        // It waits for its plan to be approved, so that every answer is the same.
        const waiting = await begin(true);
        const id = waiting.workflowId;
        const status = await inTurns('get_status', { id }, () => desk.status(id));
        const asking = await Promise.all(Array.from({ length: ASKING }, () => begin(false)));
        while ((await desk.escalations(null)).questions.length < 2 * ASKING) await sleep(200);
        const questions = await inTurns('list_escalations', {}, () => desk.escalations(null));
        for (const handle of [waiting, ...asking]) await handle.terminate('the bench is over');
        return [...status, ...questions];
      },
    );
  } finally {
    await client.close();
    await served.stop();
    await desk.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two tasks stay red, until somebody is asked about each. */
function askingActivities(): Activities {
  const tasks = [planTask({ id: 'backend-T001' }), planTask({ id: 'backend-T002' })];
  return smoothActivities(tasks, {
    runAttempt: (request) => Promise.resolve(handedOff(request)),
    gateCommit: () => Promise.resolve(redGate({ subject: 'tests', excerpt: 'not ok 1' })),
  });
}

function decided(at: number): AuditEntry {
  const escalation: Escalation = {
    id: 'backend-T001-E1',
    level: 4,
    trigger: 'levels-spent',
    question: 'backend-T001 is still red. What now?',
    evidence: ['not ok 1'],
    options: [{ id: 'retry', label: 'Try again', consequence: 'one attempt more', decision: 'retry' }],
    recommended: 'retry',
    raisedAt: '2030-01-01T00:00:00.000Z',
  };
  return {
    id: `bench-${String(at)}`,
    at: '2030-01-01T00:01:00.000Z',
    objective: 'objective-bench-00000000',
    repository: '/srv/shop',
    repositoryLabel: 'shop',
    message: 'resolveEscalation',
    who: { by: 'ada@cli', person: 'ada', via: 'cli', channel: 'update' },
    decision: { escalationId: escalation.id, decision: 'retry' },
    saw: { kind: 'escalation', escalation },
  };
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await ask();
  return performance.now() - before;
}

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { OBJECTIVE_WORKFLOW, TASK_QUEUE } from '../src/domain/messages';
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
import { charterTasks } from './plans';
import type { BenchServer } from './server';
import { objectiveInput, smoothActivities } from './smooth-activities';

const CALLS = 100;
const WARM = 10;

/** `get_status` by the official client over HTTP against the same question asked without MCP, in turns on one connection. */
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
  const tasks = charterTasks();
  const carried = { codePath: WORKFLOW_BUNDLE };
  try {
    return await server.carry(
      { taskQueue: TASK_QUEUE, bundle: carried, activities: smoothActivities(tasks) },
      async () => {
        // It waits for its plan to be approved, so that every answer is the same.
        const input = objectiveInput({ approvePlan: true });
        const id = input.objectiveId;
        const handle = await server.client.workflow.start(OBJECTIVE_WORKFLOW, {
          workflowId: id,
          taskQueue: TASK_QUEUE,
          args: [input],
        });
        const bare: number[] = [];
        const called: number[] = [];
        for (let call = 0; call < WARM + CALLS; call += 1) {
          const [without, over] = [
            await timed(() => desk.status(id)),
            await timed(async () => {
              const answer = await client.callTool({ name: 'get_status', arguments: { id } });
              if (answer.isError === true) throw new Error(JSON.stringify(answer.content));
            }),
          ];
          if (call < WARM) continue;
          bare.push(without);
          called.push(over);
        }
        await handle.terminate('the bench is over');
        const p95 = percentile(called, 0.95);
        return [
          figure('MCP get_status over HTTP p95', p95, 'ms'),
          figure(
            'MCP get_status over HTTP p95, beyond the same without MCP',
            p95 - percentile(bare, 0.95),
            'ms',
            100,
          ),
        ];
      },
    );
  } finally {
    await client.close();
    await served.stop();
    await desk.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await ask();
  return performance.now() - before;
}

// Needs Temporal (a real dev server) and the built package: `backend-coordinator mcp` as clients start it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import type { Activities } from '../../activities/contract';
import {
  handedOff,
  redGate,
  resultOf,
  smoothActivities,
  startDepartment,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';
import { PROGRAM, startRawClient } from './raw-client';

let department: TestDepartment;
let home: string;
let environment: Record<string, string>;
beforeAll(async () => {
  department = await startDepartment();
  home = await mkdtemp(join(tmpdir(), 'mcp-command-'));
  environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    COORDINATOR_HOME: home,
    TEMPORAL_ADDRESS: department.server.address,
  };
});
afterAll(async () => {
  await department.stop();
  await rm(home, { recursive: true, force: true });
});

/** One task whose tests stay red until a human accepts it. */
function stubborn(): Activities {
  return smoothActivities([planTask({ id: 'backend-T001' })], {
    runAttempt: (request) => Promise.resolve(handedOff(request)),
    gateCommit: (request) =>
      Promise.resolve(
        request.scope === 'task'
          ? redGate({ subject: 'tests', excerpt: 'not ok 1' })
          : { ...redGate(), green: true },
      ),
  });
}

const E1 = 'backend-T001-E1';
const Waited = z.looseObject({ reason: z.string() });

test('the official client over stdio waits, answers the question and sees the end', async () => {
  await department.withObjective(stubborn(), async ({ handle, input, status }) => {
    const { objectiveId: id } = input;
    const client = new Client({ name: 'lead-agent', version: '1.0.0' });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [PROGRAM, 'mcp'], env: environment }),
    );
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    try {
      const told: string[] = [];
      const waited = await client.callTool(
        { name: 'wait_for_objective', arguments: { id, timeoutSeconds: 90 } },
        undefined,
        { timeout: 100_000, onprogress: ({ message }) => told.push(message ?? '') },
      );
      expect(Waited.parse(waited.structuredContent).reason).toBe('needs-human');
      expect(told.length).toBeGreaterThan(3);
      const { structuredContent: open } = await call('list_escalations', { id });
      expect(open).toMatchObject({ escalations: [{ objective: id, escalation: { id: E1 } }] });
      const refused = await call('resolve_escalation', {
        id,
        escalationId: 'backend-T001-E9',
        decision: 'retry',
      });
      expect(refused).toMatchObject({ isError: true });
      const answered = await call('resolve_escalation', {
        id,
        escalationId: E1,
        decision: 'accept',
        guidance: 'a known flake',
      });
      expect(answered.structuredContent).toMatchObject({ applied: true });
      const ended = await call('wait_for_objective', { id, timeoutSeconds: 50 });
      expect(ended.structuredContent).toMatchObject({
        reason: 'ended',
        objective: { outcome: 'delivered-with-waivers' },
      });
    } finally {
      await client.close();
    }
    expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered-with-waivers' });
    expect((await status()).decisions).toMatchObject([
      { escalationId: E1, decision: 'accept', by: 'lead-agent@mcp', channel: 'update' },
    ]);
  });
});

test('a hand-written client answers a question; nothing but the protocol is on stdout, and it ends with 0', async () => {
  await department.withObjective(stubborn(), async ({ handle, input, status }) => {
    const { objectiveId: id } = input;
    const raw = startRawClient(environment);
    try {
      expect(await raw.greet()).toMatchObject({ result: { serverInfo: { name: 'backend-coordinator' } } });
      await raw.ask('tools/call', { name: 'wait_for_objective', arguments: { id, timeoutSeconds: 90 } });
      const answer = await raw.ask('tools/call', {
        name: 'resolve_escalation',
        arguments: { id, escalationId: E1, decision: 'abort', by: 'ada' },
      });
      expect(answer).toMatchObject({ result: { structuredContent: { applied: true } } });
    } finally {
      expect(await raw.leave()).toBe(0);
    }
    expect(await resultOf(handle)).toMatchObject({ outcome: 'aborted' });
    expect((await status()).decisions).toMatchObject([{ by: 'ada@mcp' }]);
  });
});

test('over HTTP the token is on stderr, and with it an objective is seen', async () => {
  await department.withObjective(stubborn(), async ({ input }) => {
    const child = spawn(process.execPath, [PROGRAM, 'mcp', '--http', '--port', '0'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    try {
      const lines: string[] = [];
      for await (const line of createInterface(child.stderr)) {
        lines.push(line);
        if (line.startsWith('Token ')) break;
      }
      const url = /MCP is at (\S+);/.exec(lines.join('\n'))?.[1] ?? '';
      const token = lines.at(-1)?.slice('Token '.length) ?? '';
      const bare = await fetch(url, { method: 'POST', body: '{}' });
      expect(bare.status).toBe(401);
      const client = new Client({ name: 'lead-agent', version: '1.0.0' });
      const transport = new StreamableHTTPClientTransport(new URL(url), {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      });
      await client.connect(transport);
      const { structuredContent } = await client.callTool({
        name: 'get_status',
        arguments: { id: input.objectiveId },
      });
      expect(structuredContent).toMatchObject({ live: true, objective: { objectiveId: input.objectiveId } });
      await client.close();
    } finally {
      child.kill('SIGTERM');
    }
    const [code] = (await closed) as [number | null];
    expect(code).toBe(0);
  });
});

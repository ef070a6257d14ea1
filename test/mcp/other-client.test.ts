// Needs the built package, and no Temporal: a published client that shares no code with the official one, over HTTP and stdio.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMCPClient, type MCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio';
import { z } from 'zod';
import { createAuditReader } from '../../src/audit/audit-reader';
import { serveHttp, type HttpServer } from '../../src/mcp/http';
import { createMcpServer } from '../../src/mcp/server';
import { TOOLS } from '../../src/mcp/tools';
import { buildReport } from '../../src/report/build-report';
import { escalation, ID, status, task } from '../cli/fixtures';
import { execution } from '../client/fake-gateway';
import { openDesk, textOf, type OpenDesk } from './open-desk';
import { PROGRAM } from './raw-client';

const TOKEN = 'a-token-that-is-long-enough';
const REPORT = `coordinator://objectives/${ID}/report`;
const asked = status({
  state: 'awaiting-human',
  tasks: [task({ state: 'suspended', waitingFor: 'backend-T001-E1' })],
  escalations: [escalation()],
});

let desk: OpenDesk;
let server: HttpServer;
beforeEach(async () => {
  desk = await openDesk(
    {
      executions: [execution(ID)],
      worker: true,
      query: (name) => (name === 'openEscalations' ? asked.escalations : asked),
    },
    { audit: () => Promise.resolve(createAuditReader({ folder: join(desk.home, 'audit') })) },
  );
  const reports = join(desk.home, 'reports');
  await mkdir(reports);
  await writeFile(
    join(reports, `${ID}.json`),
    JSON.stringify(await buildReport({ ...asked, escalations: [] }, desk.blobs)),
  );
  await writeFile(join(reports, `${ID}.md`), '# Report\n');
  server = await serveHttp({
    createServer: () => createMcpServer({ desk: desk.desk, version: '1.2.3' }),
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    explain: desk.desk.explain,
  });
});
afterEach(async () => {
  await server.stop();
  await desk.dispose();
});

const overHttp = (token: string): Promise<MCPClient> =>
  createMCPClient({
    transport: { type: 'http', url: server.url, headers: { authorization: `Bearer ${token}` } },
    clientName: 'other-agent',
  });

const Answer = z.looseObject({
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ text: z.string() })),
  structuredContent: z.looseObject({}).optional(),
});

/** What a tool answers to this client. */
async function call(client: MCPClient, name: string, args: object): Promise<z.infer<typeof Answer>> {
  const tool = (await client.tools())[name];
  if (tool === undefined) throw new Error(`The client knows no tool ${name}.`);
  return Answer.parse(await tool.execute(args));
}

const names = TOOLS.map(({ name }) => name);

test('over HTTP it sees every tool, an objective, its question and its report, and is refused in a sentence', async () => {
  const client = await overHttp(TOKEN);
  try {
    expect(client.serverInfo).toMatchObject({ name: 'backend-coordinator', version: '1.2.3' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(names);
    const { structuredContent } = await call(client, 'get_status', { id: ID });
    expect(structuredContent).toMatchObject({ live: true, objective: { state: 'awaiting-human' } });
    expect((await call(client, 'list_escalations', { id: ID })).structuredContent).toMatchObject({
      escalations: [{ objective: ID, escalation: { id: 'backend-T001-E1' } }],
    });
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain(REPORT);
    expect((await client.readResource({ uri: REPORT })).contents).toMatchObject([{ text: '# Report\n' }]);
    const refused = await call(client, 'get_status', { id: '../../etc/passwd' });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toMatch(/^The argument id cannot be used: is no id of an objective/);
    await expect(client.readResource({ uri: 'file:///etc/passwd' })).rejects.toThrow(
      'There is no such resource',
    );
  } finally {
    await client.close();
  }
});

test('over HTTP a wrong token gets it nowhere', async () => {
  await expect(overHttp('a-token-that-is-wrong')).rejects.toThrow();
  expect(desk.opened()).toBe(0);
});

test('over stdio it sees the same of a home with a report, and is refused in a sentence', async () => {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, COORDINATOR_HOME: desk.home, COORDINATOR_MODEL: 'offline' };
  const client = await createMCPClient({
    transport: new StdioTransport({
      command: process.execPath,
      args: [PROGRAM, 'mcp'],
      env,
      stderr: 'ignore',
    }),
  });
  try {
    expect(client.serverInfo.name).toBe('backend-coordinator');
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(names);
    expect((await call(client, 'list_escalations', {})).structuredContent).toMatchObject({ escalations: [] });
    expect((await client.readResource({ uri: REPORT })).contents).toMatchObject([{ text: '# Report\n' }]);
    const refused = await call(client, 'get_status', { id: ID });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toBe(`There is no objective ${ID}; \`list\` shows what there is.`);
  } finally {
    await client.close();
  }
});

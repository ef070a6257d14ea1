import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { CommandContext } from '../../src/cli/command';
import { createDesk } from '../../src/cli/desk/desk';
import type { Services, ServerInUse } from '../../src/cli/services';
import { createDepartmentClient } from '../../src/client/department-client';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import { createMcpServer } from '../../src/mcp/server';
import { createDirectoryBlobStore } from '../../src/store/directory-blob-store';
import { captureTerminal } from '../cli/fixtures';
import { createFakeGateway } from '../client/fake-gateway';

type Script = Parameters<typeof createFakeGateway>[0];

/** The real desk over the real client and a scripted gateway, in a home of its own. */
export async function openDesk(script: Script = {}, over: Partial<Services> = {}) {
  const home = await mkdtemp(join(tmpdir(), 'mcp-'));
  const gateway = createFakeGateway(script);
  const { terminal, err } = captureTerminal();
  const blobs = createDirectoryBlobStore(join(home, 'blobs'));
  let opened = 0;
  const server: ServerInUse = {
    kind: 'configured',
    address: gateway.address,
    namespace: 'default',
    uiUrl: null,
    openDepartment: () => {
      opened += 1;
      return Promise.resolve(createDepartmentClient(gateway));
    },
    workflowUrl: () => null,
    startWorker: () => Promise.reject(new Error('No worker is started on a configured server.')),
    registerSearchAttributes: () => Promise.resolve(''),
    release: () => Promise.resolve(),
  };
  const services: Partial<Services> = {
    useServerWithHistory: () => Promise.resolve(server),
    useServer: () => Promise.resolve(server),
    blobs: () => Promise.resolve(blobs),
    reportsDir: join(home, 'reports'),
    ...over,
  };
  const context: CommandContext = {
    terminal,
    environment: readEnvironment({ USER: 'ann', COORDINATOR_MODEL: 'offline' }),
    home: { home, cache: home },
    services: services as Services,
    signal: new AbortController().signal,
    cwd: home,
    call: byName,
  };
  const desk = createDesk(context, { allowUnsandboxed: false });
  return {
    home,
    gateway,
    blobs,
    desk,
    err,
    /** Times a department was opened. */
    opened: () => opened,
    dispose: async () => {
      await desk.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export type OpenDesk = Awaited<ReturnType<typeof openDesk>>;

/** The official client, connected to a server over that desk within this process. */
export async function connectClient({ desk }: Pick<OpenDesk, 'desk'>): Promise<Client> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await createMcpServer({ desk, version: '1.2.3' }).connect(far);
  const client = new Client({ name: 'lead-agent', version: '1.0.0' });
  await client.connect(near);
  return client;
}

/** The first text of a tool's answer. */
export function textOf(result: unknown): string {
  const { content } = result as { readonly content: readonly { readonly text: string }[] };
  return content[0]?.text ?? '';
}

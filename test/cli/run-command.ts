import { createDepartmentClient } from '../../src/client/department-client';
import type { Command, CommandContext } from '../../src/cli/command';
import type { Services } from '../../src/cli/services';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import { createFakeGateway } from '../client/fake-gateway';
import { captureTerminal } from './fixtures';

export type Script = Parameters<typeof createFakeGateway>[0];

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly gateway: ReturnType<typeof createFakeGateway>;
}

/** Runs a command over the real client and a scripted gateway on a configured server. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  flags: Readonly<Record<string, unknown>>,
  script: Script,
  over: {
    readonly json?: boolean;
    readonly services?: Partial<Services>;
    readonly signal?: AbortSignal;
    readonly screen?: { readonly noColor: boolean };
    readonly person?: boolean;
  } = {},
): Promise<Ran> {
  const { terminal, out, err } = captureTerminal({
    json: over.json ?? false,
    person: over.person ?? false,
    ...(over.screen === undefined ? {} : { screen: over.screen }),
  });
  const gateway = createFakeGateway(script);
  const server = {
    kind: 'configured',
    openDepartment: () => Promise.resolve(createDepartmentClient(gateway)),
    workflowUrl: () => null,
    release: () => Promise.resolve(),
  };
  const services = {
    useServerWithHistory: () => Promise.resolve(server),
    useServer: () => Promise.resolve(server),
    audit: () => Promise.resolve({ lines: () => Promise.resolve([]) }),
    ...over.services,
  };
  const context: CommandContext = {
    terminal,
    environment: readEnvironment({ USER: 'ann', COORDINATOR_MODEL: 'offline' }),
    home: { home: '/nowhere', cache: '/nowhere' },
    services: services as unknown as Services,
    signal: over.signal ?? new AbortController().signal,
    cwd: '/',
    call: byName,
  };
  const code = await command.run(context, args, flags);
  return { code, out: out(), err: err(), gateway };
}

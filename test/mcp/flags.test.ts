// Needs no server: what `mcp` refuses before it serves anybody.
import type { CommandContext } from '../../src/cli/command';
import { mcp } from '../../src/cli/commands/mcp';
import type { Services } from '../../src/cli/services';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import { captureTerminal } from '../cli/fixtures';

function run(flags: Record<string, unknown>, variables: NodeJS.ProcessEnv = {}): Promise<number> {
  const context: CommandContext = {
    terminal: captureTerminal().terminal,
    environment: readEnvironment(variables),
    home: { home: '/nowhere', cache: '/nowhere' },
    services: {} as Services,
    // Whatever should serve after all ends at once.
    signal: AbortSignal.abort(),
    cwd: '/',
    call: byName,
  };
  return mcp.run(context, [], flags);
}

test.each<[Record<string, unknown>, NodeJS.ProcessEnv, RegExp]>([
  [{ port: '7410' }, {}, /belong to --http/],
  [{ token: 'a-token-that-is-long-enough' }, {}, /belong to --http/],
  [{ http: true, port: '70000' }, {}, /^--port: /],
  [{ http: true, token: 'short' }, {}, /^--token: must have at least 16 characters\.$/],
  [{ http: true, token: 'a token with spaces in it' }, {}, /^--token: must be printable ASCII/],
  [{ http: true }, { COORDINATOR_MCP_TOKEN: 'short' }, /COORDINATOR_MCP_TOKEN cannot be used: it must have/],
])('%j with %j is refused in one sentence, exit 2', async (flags, variables, message) => {
  await expect(run(flags, variables)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(message),
  });
});

test('a bad token of the environment is not repeated', async () => {
  const refused = run({ http: true }, { COORDINATOR_MCP_TOKEN: 'hunter2' });
  await expect(refused).rejects.toThrow(/COORDINATOR_MCP_TOKEN/);
  await expect(refused).rejects.not.toThrow(/hunter2/);
});

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { packageVersion } from '../../config/package-root';
import { PersonName } from '../../domain/escalation/decision-rules';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { ConfigurationError } from '../../domain/common/user-error';
import type { Desk } from '../../ports/desk';
import type { Command, CommandContext } from '../command';
import { createDesk } from '../desk/desk';
import { parseFlags } from '../parse-flags';
import { speakerAt } from '../speaker';
import { untilAborted } from '../until-aborted';

const LOOPBACK = '127.0.0.1';
const DEFAULT_PORT = 7410;
/** A token people make up must not be guessable. */
const SHORTEST_TOKEN = 16;

const Token = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
  .min(SHORTEST_TOKEN, `must have at least ${String(SHORTEST_TOKEN)} characters`);

const McpFlags = z.strictObject({
  http: z.literal(true).optional(),
  host: z.string().trim().min(1, 'must not be empty').optional(),
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  token: Token.optional(),
  allowUnsandboxed: z.literal(true).optional(),
  as: PersonName.optional(),
});
type McpFlags = z.infer<typeof McpFlags>;

export const mcp: Command = {
  name: 'mcp',
  args: '',
  summary: "serve the department to a tech lead's agent over MCP: on stdin and stdout, or with --http",
  options: [
    { flags: '--http', help: 'serve over streamable HTTP instead of stdin and stdout' },
    { flags: '--host <host>', help: `where to listen (default: ${LOOPBACK})` },
    { flags: '--port <n>', help: `which port, 0 for any free one (default: ${String(DEFAULT_PORT)})` },
    {
      flags: '--token <token>',
      help: 'what clients must send; better set COORDINATOR_MCP_TOKEN (default: a new one, on stderr)',
    },
    {
      flags: '--as <name>',
      help: 'who decides through it (default: you, as the operating system knows you)',
    },
    {
      flags: '--allow-unsandboxed',
      help: 'let started objectives run commands without a sandbox where none works',
    },
  ],
  examples: [
    'claude mcp add backend-coordinator -- backend-coordinator mcp',
    'backend-coordinator mcp --http --port 7410',
  ],
  run: async (given, _args, rawFlags) => {
    const flags = parseFlags(McpFlags, rawFlags);
    if (flags.http !== true && (flags.host ?? flags.port ?? flags.token) !== undefined)
      throw new ConfigurationError('--host, --port and --token belong to --http; add it.');
    const context = quiet(given);
    const desk = createDesk(context, {
      allowUnsandboxed: flags.allowUnsandboxed === true,
      from: flags.as === undefined ? speakerAt('mcp') : { person: flags.as, channel: 'mcp' },
    });
    try {
      await (flags.http === true ? overHttp(context, desk, flags) : overStdio(context, desk));
    } finally {
      await desk.close();
    }
    return exitCodeOf('delivered');
  },
};

/** Stdout is the protocol's: whatever would be said goes to stderr, and nobody is asked. */
function quiet(context: CommandContext): CommandContext {
  const { terminal } = context;
  return {
    ...context,
    terminal: { ...terminal, json: false, interactive: false, say: terminal.warn, emit: () => undefined },
  };
}

async function overStdio({ terminal, signal }: CommandContext, desk: Desk): Promise<void> {
  const { createMcpServer } = await import('../../mcp/server.js');
  const { serveStdio } = await import('../../mcp/stdio.js');
  const { stdin, stdout } = terminal.streams;
  if (stdin.isTTY === true)
    terminal.warn('This speaks MCP on stdin and stdout and is started by an MCP client; Ctrl-C ends it.');
  await serveStdio({
    mcp: createMcpServer({ desk, version: packageVersion() }),
    stdin,
    stdout,
    signal,
    warn: terminal.warn,
  });
}

async function overHttp(context: CommandContext, desk: Desk, flags: McpFlags): Promise<void> {
  const { terminal, environment, signal } = context;
  const given = flags.token ?? environment.mcpToken;
  const token = given === undefined ? randomBytes(32).toString('base64url') : parseToken(given);
  const host = flags.host ?? LOOPBACK;
  const { createMcpServer } = await import('../../mcp/server.js');
  const { serveHttp } = await import('../../mcp/http.js');
  const { isLoopback } = await import('../../http/names.js');
  const server = await serveHttp({
    createServer: () => createMcpServer({ desk, version: packageVersion() }),
    host,
    port: flags.port ?? DEFAULT_PORT,
    token,
    explain: (error) => desk.explain(error),
  });
  try {
    terminal.warn(`MCP is at ${server.url}; Ctrl-C ends it.`);
    if (given === undefined) terminal.warn(`Token ${token}`);
    if (!isLoopback(host))
      terminal.warn('Other hosts can reach this, and the token travels in clear; put TLS in front of it.');
    await untilAborted(signal);
  } finally {
    await server.stop();
  }
}

function parseToken(given: string): string {
  const token = Token.safeParse(given);
  if (token.success) return token.data;
  // Its value is not repeated: it is a secret.
  throw new ConfigurationError(
    `The environment variable COORDINATOR_MCP_TOKEN cannot be used: it ${token.error.issues[0]?.message ?? 'is bad'}.`,
  );
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';

export const PROGRAM = join(packageRoot(), 'bin', 'backend-coordinator.js');

const Line = z.looseObject({ jsonrpc: z.literal('2.0'), id: z.number().optional() });
const Called = z.looseObject({
  result: z.looseObject({
    isError: z.boolean().optional(),
    content: z.array(z.looseObject({ text: z.string() })),
    structuredContent: z.looseObject({}).optional(),
  }),
});

/** Lines of JSON-RPC, written by hand, with `mcp` on stdin and stdout; every line of stdout has to be one. */
export function startRawClient(environment: Readonly<Record<string, string>>, ...flags: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'mcp', ...flags], { env: environment, stdio: 'pipe' });
  const waiting = new Map<number, (message: unknown) => void>();
  const strangers: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    const message = Line.safeParse(parsed(line)).data;
    if (message === undefined) strangers.push(line);
    else if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  child.stderr.resume();
  const closed = once(child, 'close');
  let last = 0;
  const write = (message: object): void => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };
  const ask = (method: string, params: object): Promise<unknown> => {
    last += 1;
    const id = last;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      write({ id, method, params });
    });
  };
  return {
    ask,
    /** A tool's answer. */
    call: async (name: string, args: object) =>
      Called.parse(await ask('tools/call', { name, arguments: args })).result,
    greet: async (): Promise<unknown> => {
      const hello = await ask('initialize', {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'raw', version: '0' },
      });
      write({ method: 'notifications/initialized' });
      return hello;
    },
    /** Closes its side and answers the exit code. */
    leave: async (): Promise<unknown> => {
      child.stdin.end();
      const [code] = (await closed) as [number | null];
      expect(strangers).toEqual([]);
      return code;
    },
  };
}

export type RawClient = ReturnType<typeof startRawClient>;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createOutputBuffer } from '../../../process/output-buffer';
import type { ToolCommand, ToolResult } from '../protocol';
import { descendantsOf } from './process-tree';
import type { Address } from './send-request';

const SHOWN_BYTES = 16 * 1024;
/** Below the longest line a stage may write, with every quote escaped. */
const REPORT_BYTES = 8 * 1024 * 1024;

/** Programs that run beside the service until they end, or the stage does. */
export interface Tools {
  run(address: Address, tool: ToolCommand): Promise<ToolResult>;
  kill(): void;
}

export function createTools(scratch: string): Tools {
  const running = new Set<ChildProcess>();
  return {
    kill: () => running.forEach(endTree),
    async run({ host, port }, tool) {
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
      const report = join(scratch, `report-${randomUUID()}`);
      const [program = '', ...args] = tool.argv.map((word) =>
        word.replaceAll('{url}', url).replaceAll('{report}', report),
      );
      const output = createOutputBuffer(SHOWN_BYTES);
      const child = spawn(program, args, {
        cwd: scratch,
        env: { ...tool.env, HOME: scratch, TMPDIR: scratch },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.add(child);
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => output.add(chunk));
      }
      try {
        const exitCode = await endOf(child, tool.timeoutMs, (error) =>
          output.add(Buffer.from(`${error.message}\n`)),
        );
        return { exitCode, url, output: output.text(), report: await readStart(report) };
      } finally {
        running.delete(child);
        await rm(report, { force: true });
      }
    },
  };
}

/** Its exit code; null where it had to be ended or could not be started. */
function endOf(
  child: ChildProcess,
  timeoutMs: number,
  onError: (error: Error) => void,
): Promise<number | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => endTree(child), timeoutMs);
    const settle = (code: number | null): void => {
      clearTimeout(timer);
      resolve(code);
    };
    child.on('close', settle);
    child.on('error', (error) => {
      onError(error);
      if (child.pid === undefined) settle(null);
    });
  });
}

function endTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  for (const pid of [...descendantsOf(child.pid), child.pid]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }
}

async function readStart(path: string): Promise<string | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(REPORT_BYTES), 0, REPORT_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

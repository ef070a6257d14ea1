import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageRoot } from '../config/package-root';
import { findProcess } from '../process/process-info';
import type { GuardOptions } from './guard';
import { answersAsTemporal } from './grpc-probe';
import { acquireLease, type Lease, type StartedGuard } from './lease';
import { readServerRecord, type ServerRecord } from './server-record';

/** How a guard process is started; `script` is the compiled `guard-main.js`. */
export interface GuardStart {
  readonly script?: string;
  readonly path: string;
  readonly graceMs?: number;
}

const TEMPORAL_COMMAND = /(^|\/)temporal(-server)?(\s|$)|\sstart-dev(\s|$)/;

/** A lease on the home's embedded server, which is started, shared or taken over as needed. */
export function leaseEmbeddedServer(options: {
  readonly home: string;
  /** Finds the binary; called only when a guard has to be started. */
  readonly binary: () => Promise<string>;
  readonly hold: 'lease' | 'keep';
  readonly guard: GuardStart;
}): Promise<Lease> {
  return acquireLease({
    home: options.home,
    hold: options.hold,
    startGuard: async () => startGuard(options.home, await options.binary(), options.guard),
  });
}

/**
 * The server `server.json` names, when its process lives and answers. A dead process, or one that took over the
 * pid and is no Temporal server, makes the record void although something may answer at the address.
 */
export async function findRecordedServer(home: string): Promise<ServerRecord | undefined> {
  const record = await readServerRecord(home);
  if (record === undefined) return undefined;
  const owner = await findProcess(record.pid);
  if (owner === undefined || !TEMPORAL_COMMAND.test(owner.command)) return undefined;
  return (await answersAsTemporal(record.address)) ? record : undefined;
}

function startGuard(home: string, binary: string, start: GuardStart): StartedGuard {
  const script = start.script ?? join(packageRoot(), 'dist', 'src', 'temporal', 'guard-main.js');
  const logFile = join(home, 'logs', 'guard.log');
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, 'w', 0o600);
  const options: Partial<GuardOptions> = {
    home,
    binary,
    ...(start.graceMs === undefined ? {} : { graceMs: start.graceMs }),
  };
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    cwd: home,
    // Nothing of the caller's: no key leaks into a long-lived process, no TEMPORAL_* variable bends the server.
    env: { PATH: start.path, HOME: home },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let code: number | null | undefined;
  child.once('exit', (exitCode) => (code = exitCode));
  child.once('error', () => (code = 1));
  child.unref();
  return {
    hasEnded: () => code !== undefined,
    failure: async () => {
      if (code === 0 || code === undefined) return undefined;
      const output = await readFile(logFile, 'utf8').catch(() => '');
      const line = output.split('\n').find((candidate) => candidate.includes('Error'));
      return line?.replace(/^.*?Error: /, '') ?? `its guard ended with ${String(code)}, see ${logFile}`;
    },
  };
}

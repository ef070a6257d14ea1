import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { packageRoot } from '../../config/package-root';
import { findProcess, isRunning } from '../../process/process-info';
import type { ServicesRequest } from '../services';

/** The worker `--detach` left behind; the start time tells it from a later process with its pid. */
const WorkerRecord = z.strictObject({ pid: z.int().positive(), startedAt: z.string() });
type WorkerRecord = z.infer<typeof WorkerRecord>;

const STOP_WITHIN_MS = 30_000;

/** Starts `backend-coordinator worker` on its own, or answers the one that runs already. */
export async function startBackgroundWorker(
  request: ServicesRequest,
): Promise<{ readonly pid: number; readonly log: string }> {
  const { home } = request.home;
  const { decisionKey } = request.environment;
  const log = join(home, 'logs', 'worker.log');
  const running = await findRecorded(home);
  if (running !== null) return { pid: running.pid, log };
  await mkdir(join(home, 'logs'), { recursive: true, mode: 0o700 });
  const file = await open(log, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [join(packageRoot(), 'bin', 'backend-coordinator.js'), 'worker'], {
      cwd: home,
      // The model's key and the server's address are the user's; INIT_CWD would only be wrong there.
      env: {
        ...request.environment.inherited,
        ...request.environment.forWorkers,
        COORDINATOR_HOME: home,
        ...(decisionKey === undefined ? {} : { COORDINATOR_DECISION_KEY: decisionKey }),
      },
      detached: true,
      stdio: ['ignore', file.fd, file.fd],
    });
    child.unref();
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => {
        resolve(child.pid ?? 0);
      });
      child.once('error', reject);
    });
    const started = await findProcess(pid);
    const record: WorkerRecord = { pid, startedAt: started?.startedAt ?? '' };
    await writeFile(recordFile(home), `${JSON.stringify(record)}\n`, { mode: 0o600 });
    return { pid, log };
  } finally {
    await file.close();
  }
}

/** Asks the background worker to end and waits for it; its pid, null when none ran. */
export async function stopBackgroundWorker(home: string): Promise<number | null> {
  const running = await findRecorded(home);
  if (running === null) return null;
  process.kill(running.pid, 'SIGTERM');
  const deadline = performance.now() + STOP_WITHIN_MS;
  while ((await findRecorded(home)) !== null && performance.now() < deadline) await sleep(100);
  await rm(recordFile(home), { force: true });
  return running.pid;
}

async function findRecorded(home: string): Promise<WorkerRecord | null> {
  const text = await readFile(recordFile(home), 'utf8').catch(() => null);
  if (text === null) return null;
  const record = WorkerRecord.safeParse(parseJson(text));
  return record.success && (await isRunning(record.data)) ? record.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function recordFile(home: string): string {
  return join(home, 'worker.json');
}

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/config/package-root';
import { NativeConnection, Worker } from '@temporalio/worker';
import { WORKFLOW_BUNDLE } from '../src/worker/bundle';
import { figure, type Figure } from './figures';
import { smoothActivities } from './smooth-activities';

/** Runs the command line to its first event of the run, that is, until its first activity has come back or started. */
async function timeToFirstActivity(home: string): Promise<number> {
  const before = performance.now();
  const child = spawn(
    process.execPath,
    [
      join(packageRoot(), 'bin', 'backend-coordinator.js'),
      'start-objective',
      'Add user authentication system with OAuth2 and JWT',
      '--scenario',
      'clean',
      '--json',
    ],
    {
      env: { ...process.env, COORDINATOR_HOME: home, TEMPORAL_ADDRESS: '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  try {
    return await new Promise<number>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (text.includes('surveyed')) resolve(performance.now() - before);
      });
      child.once('exit', () => {
        reject(new Error(`start-objective ended before its first activity: ${text}`));
      });
    });
  } finally {
    child.removeAllListeners('exit');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await gone;
  }
}

/** From the command to the first activity done, with an empty home and with a home whose server still runs. */
export async function benchStartUp(): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'coordinator-bench-home-'));
  try {
    const cold = await timeToFirstActivity(home);
    const warm = await timeToFirstActivity(home);
    return [
      figure('command to first activity, empty home', cold, 'ms'),
      figure('command to first activity, server up', warm, 'ms'),
    ];
  } finally {
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await rm(home, { recursive: true, force: true });
  }
}

/** From nothing to a polling worker with the pre-built bundle. */
export async function benchWorkerStart(address: string): Promise<Figure[]> {
  const before = performance.now();
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: 'bench-worker-start',
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    activities: { ...smoothActivities([]) },
  });
  const elapsed = await worker.runUntil(() => Promise.resolve(performance.now() - before));
  await connection.close();
  return [figure('worker start, pre-built bundle', elapsed, 'ms', 1000)];
}

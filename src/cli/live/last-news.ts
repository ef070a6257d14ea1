import { setTimeout as sleep } from 'node:timers/promises';
import type { DepartmentClient } from '../../client/department-client';

/** How long a process that is about to end stays for its last notifications; the rest waits for the next worker. */
const STAY_MS = 5_000;
const LOOK_EVERY_MS = 200;

/** Lets the worker of this process deliver what was just told, while that goes quickly. */
export async function deliverLastNews(
  department: Pick<DepartmentClient, 'pendingNotifications'>,
  objectiveId: string,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + STAY_MS;
  while (!signal.aborted && performance.now() < until) {
    if ((await department.pendingNotifications(objectiveId)) === 0) return;
    await sleep(LOOK_EVERY_MS);
  }
}

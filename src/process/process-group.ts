import { readdirSync, readFileSync } from 'node:fs';

const POLL_MS = 20;
const KILL_AFTER_MS = 2_000;
const GIVE_UP_AFTER_MS = 500;

/** Whether a running process of the group is left; zombies and a group of another owner count as gone. */
export function isGroupAlive(groupId: number): boolean {
  return signalGroup(groupId, 0) && hasRunningMember(groupId);
}

/**
 * Ends a process group: SIGTERM, after two seconds SIGKILL. Resolves when no member runs, or half a second after
 * SIGKILL (a process stuck in the kernel). Call it only for a group this process started.
 */
export async function endProcessGroup(groupId: number): Promise<void> {
  if (!signalGroup(groupId, 'SIGTERM')) return;
  if (await isGoneWithin(groupId, KILL_AFTER_MS)) return;
  signalGroup(groupId, 'SIGKILL');
  await isGoneWithin(groupId, GIVE_UP_AFTER_MS);
}

function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  // kill(-1) would mean every process and kill(0) our own group.
  if (!Number.isInteger(groupId) || groupId <= 1) return false;
  try {
    process.kill(-groupId, signal);
    return true;
  } catch {
    return false;
  }
}

// Signals reach zombies too, and in a container the first process may reap orphans late or never.
function hasRunningMember(groupId: number): boolean {
  let ids: string[];
  try {
    ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return true; // no /proc to look at (macOS): believe the signal
  }
  return ids.some((id) => {
    try {
      // "pid (name) state parent group …", where the name may hold anything
      const [state, , group] = readFileSync(`/proc/${id}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      return Number(group) === groupId && state !== 'Z' && state !== 'X';
    } catch {
      return false;
    }
  });
}

async function isGoneWithin(groupId: number, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  // The number may be given to a new process once the group is empty, so the first "gone" ends the watch.
  while (isGroupAlive(groupId)) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

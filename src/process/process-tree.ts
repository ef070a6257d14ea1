import { isRunning, listProcesses, type ProcessMark } from './process-info';

const POLL_MS = 50;
const KILL_AFTER_MS = 2_000;
const GIVE_UP_AFTER_MS = 500;

/**
 * Ends a process and all that it started, where these share a process group with others and cannot be told as one:
 * SIGTERM, after two seconds SIGKILL. Resolves when none of them runs, or half a second after SIGKILL. Call it only for a
 * process this one started.
 */
export async function endProcessTree(root: number): Promise<void> {
  const tree = await treeOf(root);
  signal(tree, 'SIGTERM');
  const left = await leftAfter(tree, KILL_AFTER_MS);
  signal(left, 'SIGKILL');
  await leftAfter(left, GIVE_UP_AFTER_MS);
}

/** Marked before the first of them ends: what it leaves behind is a child of somebody else then. */
async function treeOf(root: number): Promise<readonly ProcessMark[]> {
  const all = await listProcesses();
  const tree = all.filter(({ pid }) => pid === root);
  // It grows while it is walked.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

function signal(processes: readonly ProcessMark[], name: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
  }
}

async function leftAfter(processes: readonly ProcessMark[], ms: number): Promise<readonly ProcessMark[]> {
  const deadline = performance.now() + ms;
  let left = processes;
  for (;;) {
    const running = await Promise.all(left.map(isRunning));
    left = left.filter((_, index) => running[index] === true);
    if (left.length === 0 || performance.now() >= deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

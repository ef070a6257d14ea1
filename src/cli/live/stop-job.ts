import { setImmediate as turn } from 'node:timers/promises';

/**
 * Ctrl-Z as a terminal in its usual mode would have it: the whole process group stops, npm and the shell it started us with
 * included, or the shell of the person would wait for them for ever. Resolves when it goes on again (`fg`), or at once where
 * the system lets nothing stop, since no shell of this session could let it go on.
 */
export async function stopJob(): Promise<void> {
  process.kill(0, 'SIGTSTP');
  // The SIGCONT that `fg` sent comes with the next turn of the event loop; two make sure that it is over.
  await turn();
  await turn();
}

import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const FIRST_LOOK_MS = 300;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Git opens `.gitignore`, `.gitattributes` and `.gitmodules` wherever it meets them, and waits for ever where one is a
 * fifo. While a command runs for longer than a moment, such fifos below `folder` are opened for writing and closed at
 * once, which git reads as an empty file. Nothing is changed or removed.
 *
 * @returns ends the watch.
 */
export function watchFifos(folder: string): () => void {
  let timer: NodeJS.Timeout;
  let isOver = false;
  const look = (pauseMs: number): void => {
    timer = setTimeout(() => {
      void releaseFifos(folder, () => isOver).finally(() => {
        if (!isOver) look(Math.min(LONGEST_PAUSE_MS, pauseMs * 2));
      });
    }, pauseMs);
  };
  look(FIRST_LOOK_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

async function releaseFifos(folder: string, isOver: () => boolean): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (isOver()) return;
    const path = join(folder, entry.name);
    if (entry.isFIFO() && entry.name.startsWith('.git')) await release(path);
    if (entry.isDirectory()) await releaseFifos(path, isOver);
  }
}

async function release(fifo: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  // Fails when nobody is waiting, which is as good.
  const handle = await open(fifo, flags).catch(() => undefined);
  await handle?.close();
}

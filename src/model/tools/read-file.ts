import { createOutputBuffer, headAndTail } from '../../process/output-buffer';
import { readBytes, withFile } from '../worktree-files';
import { MAX_OUTPUT_BYTES } from './policy';
import { ToolRefusal } from './tool';

const CHUNK_BYTES = 64 * 1024;
// Below what the policy cuts, or it would cut the cut.
const MOST_BYTES = MAX_OUTPUT_BYTES - 1000;
const HALF = MOST_BYTES / 2;
const NEWLINE = 0x0a;

/**
 * The text of a file, or of some of its lines, in bounded memory however large it is: of more than a conversation is
 * told, head and tail, with a line that counts the bytes between them.
 * @param range first and last line, from 1; a last line below 1 means the end of the file
 * @throws ToolRefusal for binary files
 */
export function readTextFile(
  root: string,
  path: string,
  range: readonly [number, number] | undefined,
): Promise<string> {
  return withFile(root, path, async ({ fd, stats }) => {
    const head = readBytes(fd, 0, Math.min(stats.size, CHUNK_BYTES));
    if (head.subarray(0, 8192).includes(0)) {
      throw new ToolRefusal(
        `${path} is a binary file of ${String(stats.size)} bytes; only text can be read.`,
      );
    }
    if (range !== undefined) return readLines(fd, stats.size, range);
    if (stats.size <= MOST_BYTES) return head.toString('utf8');
    return headAndTail(head.subarray(0, HALF), readBytes(fd, stats.size - HALF, stats.size), stats.size);
  });
}

async function readLines(fd: number, size: number, [from, to]: readonly [number, number]): Promise<string> {
  const kept = createOutputBuffer(MOST_BYTES);
  const last = to < 1 ? Number.POSITIVE_INFINITY : to;
  let line = 1;
  for (let at = 0; at < size && line <= last; at += CHUNK_BYTES) {
    const chunk = readBytes(fd, at, Math.min(size, at + CHUNK_BYTES));
    let start = 0;
    while (start < chunk.length && line <= last) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline === -1 ? chunk.length : newline + 1;
      const closes = newline !== -1 && line === last;
      if (line >= from) kept.add(chunk.subarray(start, closes ? newline : end));
      if (newline !== -1) line++;
      start = end;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return kept.text();
}

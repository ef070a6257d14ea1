import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Journal, Journals } from '../ports/journal';
import { errorCodeOf } from '../config/error-code';
import { BlobNotStored, JournalCorrupt, JournalTaken } from './errors';

/*
 * One file `<root>/<objective>/<name>.jsonl` for each journal, one line for each entry.
 * 1. A line counts once it ends with a line break; what a crash cut off is removed by the next who opens it.
 * 2. Opening appends a line. A process that had the file open before sees that the file is longer than it left it
 *    and stops: of two writers only the younger goes on.
 * 3. A line that could not be written whole is taken back, so that a full disk leaves no half line.
 */

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** Journals as files below `root`, written through to the disk entry by entry. */
export function createDirectoryJournals(root: string): Journals {
  return {
    async open({ objectiveId, name }) {
      const path = join(root, safe(objectiveId), `${safe(name)}.jsonl`);
      return openJournal(path);
    },
  };
}

async function openJournal(path: string): Promise<Journal> {
  const file = await withRoom(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'a+', 0o600);
  });
  try {
    const { lines, bytes } = wholeLines(await file.readFile());
    const entries = lines.map((line, index) => parseLine(path, line, index + 1));
    await file.truncate(bytes);
    const writer = createWriter(path, file, bytes);
    await writer.append({ kind: 'opened' });
    return { entries: entries.filter((entry) => !isOpening(entry)), ...writer };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function createWriter(path: string, file: FileHandle, from: number): Pick<Journal, 'append' | 'close'> {
  let size = from;
  return {
    async append(entry) {
      const line = Buffer.from(`${JSON.stringify({ ...entry, at: new Date().toISOString() })}\n`);
      const { size: found, nlink } = await file.stat();
      if (found !== size || nlink === 0) throw new JournalTaken(path);
      await withRoom(path, async () => {
        try {
          await file.appendFile(line);
          await file.datasync();
        } catch (error) {
          await file.truncate(size).catch(() => undefined);
          throw error;
        }
      });
      size += line.length;
    },
    close: () => file.close(),
  };
}

function wholeLines(content: Buffer): { readonly lines: readonly string[]; readonly bytes: number } {
  const bytes = content.lastIndexOf('\n') + 1;
  const lines = content.subarray(0, bytes).toString('utf8').split('\n');
  return { lines: lines.slice(0, -1), bytes };
}

function parseLine(path: string, line: string, number: number): unknown {
  try {
    const entry: unknown = JSON.parse(line);
    return entry;
  } catch (error) {
    throw new JournalCorrupt(path, number, { cause: error });
  }
}

function isOpening(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'kind' in entry && entry.kind === 'opened';
}

async function withRoom<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new BlobNotStored(dirname(path), { cause: error });
    throw error;
  }
}

function safe(name: string): string {
  if (!NAME.test(name)) throw new Error(`"${name}" cannot be the name of a journal.`);
  return name;
}

import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditHead, type AuditEntry } from '../domain/escalation/audit';
import { errorCodeOf } from '../config/error-code';
import type { AuditLog } from '../ports/audit';
import { redactValue } from '../process/redact';
import {
  chained,
  hashOf,
  HEAD_FILE,
  headAfter,
  linkOf,
  LOG_FILE,
  NO_HEAD,
  problemOfHead,
  splitLines,
} from './chain';
import { withLock } from './lock';

/** What is known of the log without reading it again. */
interface Known {
  readonly inode: number;
  /** Bytes of complete lines. */
  readonly size: number;
  /** After each line. */
  readonly heads: readonly AuditHead[];
  readonly ids: Set<string>;
}

/**
 * `log.jsonl` in the folder: one line for each decision, each with the hash of the line before (sha-256 over canonical
 * JSON). Written under a lock and flushed to the disk before `append` resolves; secrets are taken out of every text.
 */
export function createAuditLog({ folder }: { readonly folder: string }): AuditLog {
  let known: Known | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function append(entries: readonly AuditEntry[]): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await withLock(folder, async () => {
      const file = await open(join(folder, LOG_FILE), 'a+', 0o600);
      try {
        known = await writeNew(folder, file, entries, await look(file, known));
      } catch (error) {
        known = null;
        throw error;
      } finally {
        await file.close();
      }
    });
  }

  return {
    append: (entries) => {
      // Calls of one process take turns here; the lock is for the others.
      last = last.then(
        () => append(entries),
        () => append(entries),
      );
      return last.then(() => undefined);
    },
    head: () => readHead(folder),
  };
}

/** Reads what was written since the last look. */
async function look(file: FileHandle, known: Known | null): Promise<Known & { readonly torn: Buffer }> {
  const { ino, size } = await file.stat();
  const before: Known =
    known !== null && known.inode === ino && known.size <= size
      ? known
      : { inode: ino, size: 0, heads: [], ids: new Set() };
  const bytes = Buffer.alloc(size - before.size);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, before.size);
  const { lines, torn } = splitLines(bytes.subarray(0, bytesRead));
  const ids = new Set(before.ids);
  const heads = [...before.heads];
  for (const line of lines) {
    const id = linkOf(line)?.id;
    if (id !== undefined) ids.add(id);
    heads.push(headAfter(line, heads.length + 1));
  }
  return { inode: ino, size: before.size + bytesRead - torn.length, heads, ids, torn };
}

async function writeNew(
  folder: string,
  file: FileHandle,
  entries: readonly AuditEntry[],
  found: Known & { readonly torn: Buffer },
): Promise<Known> {
  const { inode, torn } = found;
  const noted = await readHead(folder);
  const at = new Date().toISOString();
  const heads = [...found.heads];
  const texts: string[] = [];
  const add = (content: Readonly<Record<string, unknown>>): void => {
    const line = chained(content, heads.at(-1) ?? NO_HEAD);
    heads.push(line.head);
    texts.push(line.text);
  };
  // Writing on would note a new end, and nobody could tell any more that the old one was cut off.
  if (problemOfHead(heads, noted) !== null) add({ kind: 'break', at, noted });
  if (torn.length > 0) add({ kind: 'cut', at, bytes: torn.length, sha256: hashOf(torn) });
  const ids = new Set(found.ids);
  for (const entry of entries) {
    if (ids.has(entry.id)) continue;
    ids.add(entry.id);
    add({ kind: 'decision', ...(redactValue(entry) as AuditEntry) });
  }
  // A log without this file was never begun here: whoever takes the file away is found out.
  if (found.heads.length === 0 && noted === null) await writeHead(folder, NO_HEAD);
  const bytes = Buffer.from(texts.join(''));
  if (bytes.length > 0) await replaceTorn(file, found, bytes);
  const head = heads.at(-1) ?? NO_HEAD;
  // Also after lines of an earlier try, whose note could not be written.
  if (noted?.seq !== head.seq || noted.hash !== head.hash) await writeHead(folder, head);
  return { inode, size: found.size + bytes.length, heads, ids };
}

/** Puts complete lines where half a line may stand; a full disk leaves what there was. */
async function replaceTorn(
  file: FileHandle,
  { size, torn }: { readonly size: number; readonly torn: Buffer },
  bytes: Buffer,
): Promise<void> {
  try {
    if (torn.length > 0) await file.truncate(size);
    await file.appendFile(bytes);
    await file.sync();
  } catch (error) {
    const restore = async (): Promise<void> => {
      await file.truncate(size);
      if (torn.length > 0) await file.appendFile(torn);
    };
    // What cannot be restored is half a line, which the next try cuts off.
    await restore().catch(() => undefined);
    throw error;
  }
}

async function writeHead(folder: string, head: AuditHead): Promise<void> {
  const draft = join(folder, `${HEAD_FILE}.${randomUUID()}`);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(head)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(folder, HEAD_FILE));
  } finally {
    await rm(draft, { force: true });
  }
}

/** What was noted as the newest line; null: nothing was, or not in a way that can be read. */
export async function readHead(folder: string): Promise<AuditHead | null> {
  try {
    const text = await readFile(join(folder, HEAD_FILE), 'utf8');
    return AuditHead.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

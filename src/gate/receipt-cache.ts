import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GateFinding, MOST_COMPARED, Receipt } from '../domain/quality-gate/receipt';

/** Receipts of checkers whose inputs were seen before. */
export interface ReceiptCache {
  /** Null when there are none, or they cannot be read. */
  find(checker: string, inputs: string): Promise<readonly Receipt[] | null>;
  keep(checker: string, inputs: string, receipts: readonly Receipt[]): Promise<void>;
}

/** Receipts as they are compared with the base: with all their findings. */
const Kept = z.array(Receipt.extend({ findings: z.array(GateFinding).max(MOST_COMPARED).optional() }));

/** One small file a run in `folder`, written beside and renamed, so that a reader sees all of it or nothing. */
export function createReceiptCache(folder: string): ReceiptCache {
  const fileOf = (checker: string, inputs: string): string =>
    join(folder, `${createHash('sha256').update(`${checker}\n${inputs}`).digest('hex')}.json`);
  return {
    async find(checker, inputs) {
      let text: string;
      try {
        text = await readFile(fileOf(checker, inputs), 'utf8');
      } catch {
        return null;
      }
      const kept = Kept.safeParse(parseJson(text));
      return kept.success ? kept.data : null;
    },
    async keep(checker, inputs, receipts) {
      await mkdir(folder, { recursive: true });
      const temporary = join(folder, `.${randomUUID()}`);
      try {
        await writeFile(temporary, JSON.stringify(receipts));
        await rename(temporary, fileOf(checker, inputs));
      } finally {
        await rm(temporary, { force: true });
      }
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Receipt } from '../domain/receipt';

/** What makes two runs of a check the same run. */
export interface ReceiptKey {
  readonly tree: string;
  readonly check: string;
  readonly argv: readonly string[];
  /** Of the check and what it ran with: rows, sandbox level, Node. */
  readonly version: string;
}

/** Receipts of trees that were checked before. */
export interface ReceiptCache {
  /** Null when there is none, or it cannot be read. */
  find(key: ReceiptKey): Promise<Receipt | null>;
  keep(key: ReceiptKey, receipt: Receipt): Promise<void>;
}

/** One small file a receipt in `folder`, written beside and renamed, so that a reader sees all of it or nothing. */
export function createReceiptCache(folder: string): ReceiptCache {
  const fileOf = (key: ReceiptKey): string => join(folder, `${digest(key)}.json`);
  return {
    async find(key) {
      let text: string;
      try {
        text = await readFile(fileOf(key), 'utf8');
      } catch {
        return null;
      }
      const receipt = Receipt.safeParse(parseJson(text));
      return receipt.success && receipt.data.tree === key.tree ? receipt.data : null;
    },
    async keep(key, receipt) {
      if (receipt.tree !== key.tree) {
        throw new Error(`A receipt of tree ${receipt.tree} is not evidence for tree ${key.tree}.`);
      }
      await mkdir(folder, { recursive: true });
      const temporary = join(folder, `.${randomUUID()}`);
      try {
        await writeFile(temporary, JSON.stringify(receipt));
        await rename(temporary, fileOf(key));
      } finally {
        await rm(temporary, { force: true });
      }
    },
  };
}

function digest({ tree, check, argv, version }: ReceiptKey): string {
  return createHash('sha256')
    .update(JSON.stringify([tree, check, argv, version]))
    .digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Receipt } from '../../src/domain/receipt';
import type { Survey } from '../../src/domain/survey';
import type { BlobStore } from '../../src/ports/blob-store';
import { createReceiptCache } from '../../src/gate/receipt-cache';
import type { GateSetting } from '../../src/gate/gate-runner';
import { createSandbox } from '../../src/sandbox/sandbox';

const UNCONFINED = createSandbox({ level: 'none', detail: 'a test' });

export const SURVEY: Survey = {
  name: 'tiny',
  stack: 'node',
  framework: null,
  packageManager: 'npm',
  install: null,
  build: null,
  test: ['npm', 'test'],
  lint: null,
  testTimeoutMs: 60_000,
  migrations: null,
  apiSpec: null,
  database: 'none',
  conventions: [],
  manifests: ['package.json'],
  notes: [],
};

/** A blob store in memory that shows what it holds. */
export function createMemoryStore(): BlobStore & { texts(): string[] } {
  const blobs = new Map<string, Buffer>();
  return {
    put(bytes) {
      const content = Buffer.from(bytes);
      const ref = createHash('sha256').update(content).digest('hex');
      blobs.set(ref, content);
      return Promise.resolve(ref);
    },
    get(ref) {
      const content = blobs.get(ref);
      return content === undefined ? Promise.reject(new Error(`no blob ${ref}`)) : Promise.resolve(content);
    },
    texts: () => [...blobs.values()].map(String),
  };
}

export function writeFiles(folder: string, files: Record<string, string | object>): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** A setting without sandbox, database and dependencies, whose state is under `folder`. */
export function createSetting(folder: string, more: Partial<GateSetting> = {}): GateSetting {
  return {
    sandbox: UNCONFINED,
    postgres: () => Promise.reject(new Error('this test has no PostgreSQL')),
    dependencyStore: join(folder, 'dependencies'),
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      addDependency: () => Promise.reject(new Error('this test adds no dependency')),
    },
    store: createMemoryStore(),
    receipts: createReceiptCache(join(folder, 'receipts')),
    clock: () => new Date('2026-01-01T00:00:00.000Z'),
    engineVersions: () => Promise.resolve('node 20'),
    searchPath: process.env['PATH'] ?? '',
    ...more,
  };
}

export function treeOf(name: string): string {
  return createHash('sha1').update(name).digest('hex');
}

export function receiptOf(receipts: readonly Receipt[], subject: Receipt['subject']): Receipt {
  const found = receipts.find((receipt) => receipt.subject === subject);
  if (found === undefined) throw new Error(`no receipt for ${subject}`);
  return found;
}

/** Jest's matchers, typed: they are `any` in its own types. */
export const containing = (text: string): unknown => expect.stringContaining(text);
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const JsonObject = z.record(z.string(), z.unknown());

/** An object out of JSON, for tests that look into it by name. */
export function parseObject(text: string): Record<string, unknown> {
  return JsonObject.parse(JSON.parse(text));
}

const Packages = z.record(z.string(), JsonObject);

export function parsePackages(lockfile: string): Record<string, Record<string, unknown>> {
  return Packages.parse(parseObject(lockfile)['packages']);
}

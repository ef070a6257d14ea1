import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Receipt } from '../../src/domain/quality-gate/receipt';
import type { Survey } from '../../src/domain/target/survey';
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

const GIT_ENV = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** Commits a folder as it stands into the bare repository beside it, which is made at the first call. */
export function commitAll(
  folder: string,
  gitDir: string,
): { readonly commit: string; readonly tree: string } {
  const git = (...args: string[]): string =>
    execFileSync('git', ['--git-dir', gitDir, '--work-tree', folder, ...args], {
      env: GIT_ENV,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trimEnd();
  execFileSync('git', ['init', '--quiet', '--bare', gitDir], { env: GIT_ENV });
  git('add', '-A', '.');
  git('commit', '--quiet', '--allow-empty', '-m', 'State');
  return { commit: git('rev-parse', 'HEAD'), tree: git('rev-parse', 'HEAD^{tree}') };
}

/** A hash that looks like git's, for targets that no git is asked about. */
export function treeOf(name: string): string {
  return createHash('sha1').update(name).digest('hex');
}

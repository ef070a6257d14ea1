// Needs npm with its registry, a PostgreSQL of the chain and the build; bubblewrap when it is there.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '../../../bench/gates/defect';
import { PERFORMANCE_DEFECTS } from '../../../bench/gates/defects/performance';
import { readEnvironment } from '../../../src/config/environment';
import { createEngines } from '../../../src/engines/engines';
import { createBootstrap } from '../../../src/gate/bootstrap';
import { PERFORMANCE_CHECKERS } from '../../../src/gate/checkers/performance';
import { observeCaching } from '../../../src/gate/checkers/performance/caching';
import type { GateChecker } from '../../../src/gate/checker';
import { ask } from '../../../src/gate/run-checker';
import { dataFolderFor } from '../../../src/postgres/data-folder';
import { type PostgresServer, startPostgres } from '../../../src/postgres/start-postgres';
import { openSample, type Sample } from '../stage/support';

const ROOT = join(__dirname, '../../..');
let base: string;
let postgres: PostgresServer;
let sample: Sample;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'perf-samples-'));
  postgres = await startPostgres({
    path: readEnvironment().path,
    dataRoot: await dataFolderFor(join(base, 'postgres')),
  });
});
afterEach(() => sample.dispose());
afterAll(async () => {
  await postgres.stop();
  rmSync(base, { recursive: true, force: true });
});

const DEPENDENCIES = join(tmpdir(), 'performance-samples-dependencies');

async function open(service: ServiceName, files: Record<string, string> = {}): Promise<Sample> {
  const environment = readEnvironment();
  sample = await openSample(files, {
    from: join(ROOT, SERVICES[service]),
    setting: {
      dependencyStore: DEPENDENCIES,
      postgres: () => Promise.resolve(postgres),
      bootstrap: createBootstrap({
        store: DEPENDENCIES,
        environment: environment.inherited,
        engines: createEngines({ path: environment.path, environment: environment.inherited }),
      }),
    },
  });
  await sample.inspection.provision();
  return sample;
}

/** Findings by item, and what could not be told. */
async function keysOf(checkers: readonly GateChecker[], opened: Sample): Promise<string[]> {
  const all: string[] = [];
  for (const checker of checkers) {
    const { answers } = await ask(checker, opened.inspection);
    for (const { subject, outcome } of answers) {
      if (outcome.kind === 'could-not-run') all.push(`${subject}: ${outcome.reason}`);
      if (outcome.kind !== 'ran-found') continue;
      all.push(...(outcome.findings ?? []).map(({ key }) => `${subject}: ${key}`));
    }
  }
  return all;
}

/** A machine that had no time to tell of any of them is asked again. */
const MOST_TRIES = 6;

async function keysToldOf(checkers: readonly GateChecker[], item: string, opened: Sample): Promise<string[]> {
  for (let tries = 1; ; tries += 1) {
    const found = await keysOf(checkers, opened);
    const own = found.filter((key) => key.startsWith(`${item}:`));
    if (own.length === 0 || own.some(tells) || tries === MOST_TRIES) return found;
  }
}

/** A machine without time says nothing of the sample. */
const tells = (key: string): boolean => !key.includes('too busy');

// The samples without a database of rows, and in Python, do not tell their memory yet.
const KNOWN = ['memory-monitored: memory-not-observable'];
test.each(['fastify', 'express', 'graphql', 'fastapi'] as const)(
  'the sample in %s has none of these defects',
  async (service) => {
    const found = await keysOf(PERFORMANCE_CHECKERS, await open(service));
    expect(found.filter((key) => !KNOWN.includes(key) && tells(key))).toEqual([]);
    const { operations } = await observeCaching(sample.inspection);
    expect(operations.length).toBeGreaterThan(0);
  },
  180_000,
);

test.each(PERFORMANCE_DEFECTS.map((defect) => [defect.service, defect.name, defect] as const))(
  'in %s, %s is found',
  async (service, _name, { item, edits, also }) => {
    const files: Record<string, string> = {};
    for (const edit of edits) {
      if ('remove' in edit) throw new Error('no such edit here');
      const before = files[edit.file] ?? readFileSync(join(ROOT, SERVICES[service], edit.file), 'utf8');
      if ('find' in edit) expect(before.split(edit.find)).toHaveLength(2);
      files[edit.file] = 'find' in edit ? before.replace(edit.find, () => edit.replace) : edit.content;
    }
    const checkers = PERFORMANCE_CHECKERS.filter(({ subjects }) => subjects.includes(item));
    const found = await keysToldOf(checkers, item, await open(service, files));
    const isOf =
      (items: readonly string[]) =>
      (key: string): boolean =>
        items.includes(key.split(':')[0] ?? '');
    expect(found.filter(isOf([item])).filter(tells)).not.toEqual([]);
    const others = found.filter((key) => !isOf([item, ...(also ?? []), 'performance-tests'])(key));
    expect(others.filter((key) => !KNOWN.includes(key) && tells(key))).toEqual([]);
  },
  600_000,
);

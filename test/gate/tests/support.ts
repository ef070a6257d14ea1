import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../../src/config/environment';
import type { Survey } from '../../../src/domain/target/survey';
import { createEngines } from '../../../src/engines/engines';
import { createBootstrap } from '../../../src/gate/bootstrap';
import type { Inspection } from '../../../src/gate/inspection';
import { openInspection } from '../../../src/gate/open-inspection';
import { dataFolderFor } from '../../../src/postgres/data-folder';
import { type PostgresServer, startPostgres } from '../../../src/postgres/start-postgres';
import { createSandbox, probeSandbox } from '../../../src/sandbox/sandbox';
import { surveyFiles } from '../../../src/survey/survey-files';
import { createSetting, writeFiles } from '../support';

const EXAMPLES = join(__dirname, '../../../examples');
const MADE_LOCALLY = /\/(?:node_modules|\.venv|__pycache__|coverage|target|\.[a-z]+_cache)$/;
const AUTHOR = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];

export interface Repository {
  readonly path: string;
  readonly base: string;
  readonly commit: string;
  readonly tree: string;
  dispose(): void;
}

/** A repository with a base commit and, with `changes`, one more; a file whose content is null is deleted. */
export function createRepository(
  from: { readonly example: string } | { readonly files: Record<string, string | object> },
  changes: Record<string, string | null> = {},
): Repository {
  const root = mkdtempSync(join(tmpdir(), 'gate-tests-'));
  const path = join(root, 'checkout');
  if ('example' in from) {
    cpSync(join(EXAMPLES, from.example), path, {
      recursive: true,
      filter: (name) => !MADE_LOCALLY.test(name),
    });
  } else {
    mkdirSync(path);
    writeFiles(path, from.files);
  }
  const git = (...args: string[]): string =>
    execFileSync('git', [...AUTHOR, ...args], { cwd: path, encoding: 'utf8' }).trim();
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'base');
  const base = git('rev-parse', 'HEAD');
  for (const [file, content] of Object.entries(changes)) {
    if (content === null) rmSync(join(path, file));
    else writeFiles(path, { [file]: content });
  }
  if (Object.keys(changes).length > 0) {
    git('add', '-A');
    git('commit', '-q', '-m', 'change');
  }
  return {
    path,
    base,
    commit: git('rev-parse', 'HEAD'),
    tree: git('rev-parse', 'HEAD^{tree}'),
    dispose: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Text of a file of a bundled sample. */
export function exampleFile(example: string, path: string): string {
  return readFileSync(join(EXAMPLES, example, path), 'utf8');
}

function surveyOf(path: string): Survey {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/^(?:\.git|node_modules)\//.test(name),
  );
  return surveyFiles({
    files,
    read: (name) => (files.includes(name) ? readFileSync(join(path, name), 'utf8') : null),
  });
}

export interface OpenedRepository {
  readonly inspection: Inspection;
  dispose(): Promise<void>;
}

/** Looks at a repository as a worker does: real sandbox, real dependencies, a PostgreSQL where it is asked for. */
export async function inspectRepository(
  repository: Repository,
  given: { readonly survey?: Partial<Survey>; readonly scope?: 'task' | 'objective' } = {},
): Promise<OpenedRepository> {
  const state = mkdtempSync(join(tmpdir(), 'gate-state-'));
  const environment = readEnvironment();
  // Dependencies are kept between tests: installing them is not what these tests are about.
  const dependencyStore = join(tmpdir(), 'gate-tests-dependencies');
  const bootstrap = createBootstrap({
    store: dependencyStore,
    environment: environment.inherited,
    engines: createEngines({ path: environment.path, environment: environment.inherited }),
  });
  const start = async (): Promise<PostgresServer> =>
    startPostgres({ path: environment.path, dataRoot: await dataFolderFor(join(state, 'postgres')) });
  let shared: Promise<PostgresServer> | undefined;
  const setting = createSetting(state, {
    sandbox: createSandbox(await probeSandbox({ PATH: environment.path })),
    dependencyStore,
    bootstrap,
    privatePostgres: start,
    postgres: () => (shared ??= start()),
  });
  const opened = openInspection(setting, {
    target: {
      path: repository.path,
      gitDir: join(repository.path, '.git'),
      commit: repository.commit,
      tree: repository.tree,
      base: repository.base,
    },
    survey: { ...surveyOf(repository.path), ...given.survey },
    signal: new AbortController().signal,
  });
  return {
    inspection: opened.inspection,
    dispose: async () => {
      await opened.dispose();
      await (await shared)?.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

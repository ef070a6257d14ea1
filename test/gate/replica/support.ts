import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import { NO_COORDINATION } from '../../../src/domain/coordination/coordination-settings';
import type { MigrationDesign, TableChange } from '../../../src/domain/database/migration-design';
import type { RehearsalReport } from '../../../src/domain/database/rehearsal';
import type { Survey } from '../../../src/domain/target/survey';
import { createReplicas, type ReplicaSetting } from '../../../src/gate/replica/replicas';
import type { Replayed, Replicas, ReplicaSubject } from '../../../src/ports/replica';
import { dataFolderFor } from '../../../src/postgres/data-folder';
import { type PostgresServer, startPostgres } from '../../../src/postgres/start-postgres';
import { createSetting, SURVEY, writeFiles } from '../support';

const GIT = ['-c', 'user.name=t', '-c', 'user.email=t@example.test', '-c', 'commit.gpgsign=false'];

export type Files = Record<string, string | object>;

export interface Given {
  /** Files of the base. */
  readonly before?: Files;
  /** Files the commit adds or changes. */
  readonly files: Files;
  readonly survey?: Partial<Survey>;
  readonly rows?: number;
}

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...GIT, ...args], { encoding: 'utf8' }).trim();
}

/** A PostgreSQL for a test file, and small repositories whose migrations are rehearsed on it. */
export async function openReplicaBench(): Promise<{
  readonly server: PostgresServer;
  subject(given: Given): ReplicaSubject;
  replicas(more?: Partial<ReplicaSetting>): Replicas;
  /** Names of the databases on the server that are not its own. */
  databases(): Promise<readonly string[]>;
  close(): Promise<void>;
}> {
  const base = mkdtempSync(join(tmpdir(), 'replica-'));
  execFileSync('chmod', ['755', base]);
  const server = await startPostgres({
    path: process.env['PATH'] ?? '',
    dataRoot: await dataFolderFor(join(base, 'data')),
  });
  let count = 0;
  const all = createReplicas(createSetting(base, { postgres: () => Promise.resolve(server) }));
  return {
    server,
    subject({ before = USERS, files, survey = {}, rows = 400 }) {
      const path = join(base, `tree-${(count += 1)}`);
      const old = `${path}-base`;
      mkdirSync(path);
      git(path, 'init', '-q');
      writeFiles(path, before);
      git(path, 'add', '-A');
      git(path, 'commit', '-q', '--allow-empty', '-m', 'base');
      const from = git(path, 'rev-parse', 'HEAD');
      git(path, 'worktree', 'add', '-q', '--detach', old);
      writeFiles(path, files);
      git(path, 'add', '-A');
      git(path, 'commit', '-q', '--allow-empty', '-m', 'work');
      return {
        target: {
          path,
          gitDir: join(path, '.git'),
          commit: git(path, 'rev-parse', 'HEAD'),
          tree: git(path, 'rev-parse', 'HEAD^{tree}'),
          base: from,
        },
        base: { path: old, tree: git(old, 'rev-parse', 'HEAD^{tree}') },
        survey: {
          ...SURVEY,
          test: null,
          database: 'postgres',
          migrations: { tool: 'sql-updown', dir: 'migrations' },
          gate: NO_SETTINGS,
          coordination: { ...NO_COORDINATION, replica: { rows } },
          ...survey,
        },
        signal: new AbortController().signal,
      };
    },
    replicas: (more) =>
      more === undefined
        ? all
        : createReplicas(createSetting(base, { postgres: () => Promise.resolve(server), ...more })),
    databases: async () => {
      const client = new Client({ connectionString: server.adminUrl });
      await client.connect();
      try {
        const { rows } = await client.query<{ name: string }>(
          "SELECT datname AS name FROM pg_database WHERE datname LIKE 'coordinator%' ORDER BY 1",
        );
        return rows.map(({ name }) => name);
      } finally {
        await client.end();
      }
    },
    close: async () => {
      await server.stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** A table with rows worth keeping, and one that refers to it. */
export const USERS: Files = {
  'migrations/0001_users.up.sql': `create table users (id bigint generated always as identity primary key,
    name text not null, nick text, code text not null);
    create table visits (id bigint generated always as identity primary key,
    user_id bigint not null references users (id), at timestamptz not null);
    create index visits_user_id_idx on visits (user_id);`,
  'migrations/0001_users.down.sql': 'drop table visits; drop table users;',
};

export function second(up: string, down: string | null, number = '0002'): Files {
  return {
    [`migrations/${number}_next.up.sql`]: up,
    ...(down === null ? {} : { [`migrations/${number}_next.down.sql`]: down }),
  };
}

export function designOf(
  tables: readonly Partial<TableChange>[],
  more: Partial<MigrationDesign> = {},
): MigrationDesign {
  return {
    summary: 'a change',
    tables: tables.map((table) => ({
      table: 'users',
      change: 'alter',
      columns: [],
      indexes: [],
      constraints: [],
      ...table,
    })),
    queries: [],
    volume: [],
    phase: 'expand',
    backfill: null,
    irreversible: null,
    ...more,
  };
}

export const column = (
  name: string,
  type: string,
  more: Partial<TableChange['columns'][number]> = {},
): TableChange['columns'][number] => ({
  name,
  change: 'add',
  type,
  nullable: true,
  default: null,
  ...more,
});

/** The report of something that ran. */
export function reportOf<R>(done: Replayed<R>): R {
  if (done.kind !== 'ran') throw new Error(`It did not run: ${done.kind}, ${done.reason}`);
  return done.report;
}

export const stepsOf = ({ problems }: Pick<RehearsalReport, 'problems'>): string[] =>
  problems.map(({ step, text }) => `${step}: ${text}`);

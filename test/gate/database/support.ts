import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Survey } from '../../../src/domain/target/survey';
import type { GateSettings } from '../../../src/domain/quality-gate/gate-settings';
import { NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import type { Inspection } from '../../../src/gate/inspection';
import { type OpenedInspection, openInspection } from '../../../src/gate/open-inspection';
import { dataFolderFor } from '../../../src/postgres/data-folder';
import { type PostgresServer, startPostgres } from '../../../src/postgres/start-postgres';
import { createSetting, SURVEY, writeFiles } from '../support';

const GIT = ['-c', 'user.name=t', '-c', 'user.email=t@example.test', '-c', 'commit.gpgsign=false'];

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...GIT, ...args], { encoding: 'utf8' }).trim();
}

export interface Given {
  readonly files?: Record<string, string | object>;
  /** A folder to start from, such as a sample. */
  readonly from?: string;
  /** Files of the base commit; without them the base is an empty commit. */
  readonly before?: Record<string, string | object>;
  readonly survey?: Partial<Survey>;
  readonly settings?: Partial<GateSettings>;
}

/** A PostgreSQL for a test file, and trees looked at with it. */
export async function openBench(): Promise<{
  readonly server: PostgresServer;
  inspect(given: Given): Inspection;
  /** Ends the inspections of a test. */
  endAll(): Promise<void>;
  close(): Promise<void>;
}> {
  const base = mkdtempSync(join(tmpdir(), 'gate-database-'));
  execFileSync('chmod', ['755', base]);
  const server = await startPostgres({
    path: process.env['PATH'] ?? '',
    dataRoot: await dataFolderFor(join(base, 'data')),
  });
  const opened: OpenedInspection[] = [];
  let count = 0;
  const endAll = async (): Promise<void> => {
    for (const one of opened.splice(0)) await one.dispose();
  };
  return {
    server,
    inspect({ files = {}, from, before = {}, survey = {}, settings = {} }) {
      const path = join(base, `tree-${(count += 1)}`);
      mkdirSync(path);
      git(path, 'init', '-q');
      writeFiles(path, before);
      git(path, 'add', '-A');
      git(path, 'commit', '-q', '--allow-empty', '-m', 'base');
      const baseCommit = git(path, 'rev-parse', 'HEAD');
      if (from !== undefined) cpSync(from, path, { recursive: true });
      writeFiles(path, files);
      git(path, 'add', '-A');
      git(path, 'commit', '-q', '--allow-empty', '-m', 'work');
      const one = openInspection(createSetting(base, { postgres: () => Promise.resolve(server) }), {
        target: {
          path,
          gitDir: join(path, '.git'),
          commit: git(path, 'rev-parse', 'HEAD'),
          tree: git(path, 'rev-parse', 'HEAD^{tree}'),
          base: baseCommit,
        },
        survey: {
          ...SURVEY,
          database: 'postgres',
          migrations: { tool: 'sql-updown', dir: 'migrations' },
          gate: { ...NO_SETTINGS, ...settings },
          ...survey,
        },
        signal: new AbortController().signal,
      });
      opened.push(one);
      return one.inspection;
    },
    endAll,
    close: async () => {
      await endAll();
      await server.stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

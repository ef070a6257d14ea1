import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Survey } from '../../../src/domain/target/survey';
import type { GateSetting } from '../../../src/gate/gate-runner';
import type { Inspection } from '../../../src/gate/inspection';
import { type OpenedInspection, openInspection } from '../../../src/gate/open-inspection';
import { createSetting, SURVEY } from '../support';

/** A repository of a test, and inspections of its commits. */
export interface Repository {
  readonly path: string;
  git(...args: string[]): string;
  /** Writes (null: removes) the files and commits; answers with the commit. */
  commit(files: Readonly<Record<string, string | Buffer | null>>): string;
  inspect(range?: {
    base?: string;
    commit?: string;
    survey?: Partial<Survey>;
    searchPath?: string;
    setting?: Partial<GateSetting>;
  }): Inspection;
  /** Ends its inspections too. */
  dispose(): Promise<void>;
}

export function createRepository(): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'source-'));
  const path = join(folder, 'repository');
  mkdirSync(path);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: path,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  git('init', '-q', '-b', 'main');
  const opened: OpenedInspection[] = [];
  return {
    path,
    git,
    commit(files) {
      for (const [name, content] of Object.entries(files)) {
        const target = join(path, name);
        if (content === null) rmSync(target);
        else {
          mkdirSync(dirname(target), { recursive: true });
          writeFileSync(target, content);
        }
      }
      git('add', '-A', '-f');
      git('commit', '-q', '--allow-empty', '-m', 'A change');
      return git('rev-parse', 'HEAD');
    },
    inspect({ base, commit = git('rev-parse', 'HEAD'), survey = {}, searchPath, setting } = {}) {
      const search = searchPath === undefined ? {} : { searchPath };
      const one = openInspection(createSetting(folder, { ...search, ...setting }), {
        target: {
          path,
          gitDir: join(path, '.git'),
          commit,
          tree: git('rev-parse', `${commit}^{tree}`),
          base: base ?? commit,
        },
        survey: { ...SURVEY, ...survey },
        signal: new AbortController().signal,
      });
      opened.push(one);
      return one.inspection;
    },
    dispose: async () => {
      for (const one of opened) await one.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

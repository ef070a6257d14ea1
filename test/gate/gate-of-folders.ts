import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import type { GateSlug } from '../../src/domain/gate-items';
import type { GateReport } from '../../src/domain/receipt';
import { createGateRunner } from '../../src/gate/gate-runner';
import { createDirectoryBlobStore } from '../../src/store/directory-blob-store';
import { surveyFiles } from '../../src/survey/survey-files';
import { openChecking } from '../../src/worker/checking';
import { commitAll } from './support';

/** The gate as it is wired for the command line, with a home of its own under `base`. */
export interface GateOfFolders {
  readonly base: string;
  /** Commits a folder as it stands and asks for everything of it, or for some items; nothing is compared. */
  gate(checkout: string, only?: readonly GateSlug[]): Promise<GateReport>;
  /** The same for what `change` does to the folder, compared with how it was. */
  gateChange(checkout: string, change: () => void, only: readonly GateSlug[]): Promise<GateReport>;
  close(): Promise<void>;
}

export async function openGateOfFolders(): Promise<GateOfFolders> {
  const base = mkdtempSync(join(tmpdir(), 'gate-of-folders-'));
  const environment = readEnvironment();
  const checking = await openChecking({
    environment,
    home: { ...resolveHome(environment), home: join(base, 'home') },
    store: createDirectoryBlobStore(join(base, 'blobs')),
  });
  const gates = createGateRunner(checking.setting);
  const survey = (checkout: string): ReturnType<typeof surveyFiles> => {
    const files = readdirSync(checkout, { recursive: true, encoding: 'utf8' });
    const read = (path: string): string | null =>
      files.includes(path) ? readFileSync(join(checkout, path), 'utf8') : null;
    return surveyFiles({ files, read });
  };
  const { signal } = new AbortController();
  return {
    base,
    gate: (checkout, only) => {
      const gitDir = `${checkout}.git`;
      const state = commitAll(checkout, gitDir);
      return gates.run({
        target: { path: checkout, gitDir, ...state, base: state.commit },
        survey: survey(checkout),
        scope: 'objective',
        only,
        signal,
      });
    },
    gateChange: (checkout, change, only) => {
      const gitDir = `${checkout}.git`;
      const { commit } = commitAll(checkout, gitDir);
      const before = survey(checkout);
      const clean = `${checkout}-base`;
      cpSync(checkout, clean, { recursive: true });
      change();
      return gates.run({
        target: { path: checkout, gitDir, ...commitAll(checkout, gitDir), base: commit },
        survey: before,
        scope: 'objective',
        base: { commit, open: () => Promise.resolve({ path: clean, dispose: () => Promise.resolve() }) },
        only,
        signal,
      });
    },
    close: async () => {
      await checking.stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

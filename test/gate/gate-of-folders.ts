import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { NO_COORDINATION } from '../../src/domain/coordination/coordination-settings';
import type { GateSlug } from '../../src/domain/quality-gate/gate-items';
import type { MigrationDesign } from '../../src/domain/database/migration-design';
import type { GateReport } from '../../src/domain/quality-gate/receipt';
import type { RehearsalReport } from '../../src/domain/database/rehearsal';
import { createGateRunner } from '../../src/gate/gate-runner';
import { createReplicas } from '../../src/gate/replica/replicas';
import type { Replayed } from '../../src/ports/replica';
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
  /** Tries the migrations `change` adds to the folder on a replica, with a thousand rows. */
  rehearse(checkout: string, change: () => void, design: MigrationDesign): Promise<Replayed<RehearsalReport>>;
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
    rehearse: (checkout, change, design) => {
      const gitDir = `${checkout}.git`;
      const base = commitAll(checkout, gitDir);
      const found = survey(checkout);
      const clean = `${checkout}-base`;
      cpSync(checkout, clean, { recursive: true });
      change();
      return createReplicas(checking.setting).rehearse({
        target: { path: checkout, gitDir, ...commitAll(checkout, gitDir), base: base.commit },
        base: { path: clean, tree: base.tree },
        survey: { ...found, coordination: { ...NO_COORDINATION, replica: { rows: 1000 } } },
        design,
        identifier: null,
        signal,
      });
    },
    close: async () => {
      await checking.stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

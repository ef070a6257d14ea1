import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { GATE_ITEMS, GATE_SECTIONS } from '../../src/domain/quality-gate/gate-items';
import type { GateReport, Receipt } from '../../src/domain/quality-gate/receipt';
import { createGateRunner } from '../../src/gate/gate-runner';
import { createDirectoryBlobStore } from '../../src/store/directory-blob-store';
import { openChecking } from '../../src/worker/checking';
import { type Figure, figure } from '../figures';
import { createPlantedRepository, type PlantedCommit } from './planted-repository';
import { surveyCheckout } from './run-corpus';

const FIX = {
  file: 'src/notes/validation.js',
  find: "'limit is a whole number from 1 to 100.'",
  replace: "'limit must be a whole number from 1 to 100.'",
};

/** The gate on the corpus's Express service: cold, warm, unchanged, after a fix of one file, and for a task. */
export async function benchGate(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-gate-'));
  const environment = readEnvironment();
  const store = createDirectoryBlobStore(join(folder, 'blobs'));
  const open = (home: string): ReturnType<typeof openChecking> =>
    openChecking({ environment, home: { ...resolveHome(environment), home }, store });
  const repository = await createPlantedRepository('express', folder);
  const survey = await surveyCheckout(repository.clean.path);
  const gate = async (
    checking: Awaited<ReturnType<typeof openChecking>>,
    at: PlantedCommit,
    scope: 'task' | 'objective',
  ): Promise<{ readonly seconds: number; readonly report: GateReport }> => {
    const startedAt = performance.now();
    const report = await createGateRunner(checking.setting).run({
      target: { ...at, base: repository.clean.commit },
      survey,
      scope,
      ...(at === repository.clean
        ? {}
        : {
            base: {
              commit: repository.clean.commit,
              open: () => Promise.resolve({ path: repository.clean.path, dispose: () => Promise.resolve() }),
            },
          }),
      signal: new AbortController().signal,
    });
    return { report, seconds: (performance.now() - startedAt) / 1000 };
  };
  try {
    const cold = await open(join(folder, 'home'));
    const first = await gate(cold, repository.clean, 'objective');
    await cold.stop();
    await rm(join(folder, 'home', 'receipts'), { recursive: true, force: true });
    const checking = await open(join(folder, 'home'));
    try {
      const warm = await gate(checking, repository.clean, 'objective');
      const unchanged = await gate(checking, repository.clean, 'objective');
      const fixed = await gate(checking, await repository.plant('one-file-fix', [FIX]), 'objective');
      const task = await gate(
        checking,
        await repository.plant('task', [{ ...FIX, replace: "'limit is from 1 to 100.'" }]),
        'task',
      );
      return [
        figure('gate, 40 items, empty home', first.seconds, 's', 75),
        figure('gate, 40 items, dependencies there', warm.seconds, 's', 45),
        figure('gate, unchanged tree', unchanged.seconds, 's', 1),
        figure('gate, after a fix of one file', fixed.seconds, 's', 15),
        figure('gate, subset of a task', task.seconds, 's', 8),
        ...bySection(warm.report.receipts),
      ];
    } finally {
      await checking.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Longest checker of each section: they run beside one another. */
function bySection(receipts: readonly Receipt[]): Figure[] {
  return GATE_SECTIONS.map(({ section, title }) => {
    const slugs = new Set<string>(
      GATE_ITEMS.filter((item) => item.section === section).map(({ slug }) => slug),
    );
    const longest = Math.max(
      0,
      ...receipts.filter(({ subject }) => slugs.has(subject)).map(({ durationMs }) => durationMs),
    );
    return figure(`gate, longest checker: ${title.toLowerCase()}`, longest / 1000, 's');
  });
}

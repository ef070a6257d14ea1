import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { GateSlug } from '../../src/domain/quality-gate/gate-items';
import { type ItemVerdict, judgeItems } from '../../src/domain/quality-gate/gate-verdict';
import type { Survey } from '../../src/domain/target/survey';
import type { GateRunner } from '../../src/ports/gate';
import { surveyTree } from '../../src/survey/survey-tree';
import type { Defect, ServiceName } from './defect';
import { createPlantedRepository, type PlantedCommit } from './planted-repository';

/** What came of one planted defect. */
interface DefectResult {
  readonly defect: Defect;
  /** Its item turned red, or undecided where that is what the defect asks for. */
  readonly found: boolean;
  readonly note: string;
  readonly seconds: number;
}

/** A verdict on a clean twin, where every failure is a false alarm. */
interface CleanVerdict {
  readonly service: ServiceName;
  readonly verdict: ItemVerdict;
}

export interface CorpusRun {
  readonly defects: readonly DefectResult[];
  readonly clean: readonly CleanVerdict[];
}

/** Runs the gate on every clean twin as a whole, and on every defect for the item it is planted for. */
export async function runCorpus(request: {
  readonly gates: GateRunner;
  readonly defects: readonly Defect[];
  readonly services: readonly ServiceName[];
  readonly only: readonly GateSlug[] | undefined;
  readonly folder: string;
  readonly say: (text: string) => void;
}): Promise<CorpusRun> {
  const { gates, folder, say } = request;
  const signal = new AbortController().signal;
  const defects: DefectResult[] = [];
  const clean: CleanVerdict[] = [];
  for (const service of request.services) {
    const repository = await createPlantedRepository(service, folder);
    const survey = await surveyCheckout(repository.clean.path);
    say(`${service}: the clean twin`);
    const report = await gates.run({
      target: targetOf(repository.clean, repository.clean),
      survey,
      scope: 'objective',
      only: request.only,
      signal,
    });
    for (const verdict of judgeItems(report.receipts)) {
      if (verdict.receipts.length > 0) clean.push({ service, verdict });
    }
    for (const defect of request.defects.filter((row) => row.service === service)) {
      const planted = await repository.plant(defect.name, defect.edits);
      const startedAt = performance.now();
      const found = await gates.run({
        target: targetOf(planted, repository.clean),
        survey,
        scope: 'objective',
        base: {
          commit: repository.clean.commit,
          open: () => Promise.resolve({ path: repository.clean.path, dispose: () => Promise.resolve() }),
        },
        only: [defect.item],
        signal,
      });
      const judged = judgeItems(found.receipts).find(({ item }) => item.slug === defect.item);
      const result = {
        defect,
        found: judged?.isNew === true,
        note: judged === undefined ? 'not judged' : `${judged.verdict}: ${judged.note}`,
        seconds: (performance.now() - startedAt) / 1000,
      };
      defects.push(result);
      say(
        `${result.found ? 'found ' : 'MISSED'} ${defect.item} ${service}/${defect.name} (${result.seconds.toFixed(1)} s)`,
      );
    }
  }
  return { defects, clean };
}

function targetOf(at: PlantedCommit, base: PlantedCommit): Parameters<GateRunner['run']>[0]['target'] {
  return { path: at.path, gitDir: at.gitDir, commit: at.commit, tree: at.tree, base: base.commit };
}

/** What the survey says of a folder. */
export async function surveyCheckout(path: string): Promise<Survey> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('.git/'))
    .sort();
  const { survey } = await surveyTree({
    files,
    read: (file) => readFile(join(path, file), 'utf8').catch(() => null),
    configuration: null,
  });
  return survey;
}

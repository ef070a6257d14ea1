// Needs the files of the samples and of the corpus; no service.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SERVICES, type Defect } from '../../../bench/gates/defect';
import { API_DEFECTS } from '../../../bench/gates/defects/api';
import { API_CHECKERS } from '../../../src/gate/checkers/api';
import type { Outcome } from '../../../src/gate/outcome';
import { inspectFiles, outcomeOf } from './support';

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && !/node_modules|\/\.|\/target\//.test(join(entry.parentPath, entry.name)),
    )
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const TEXTS = new Map(Object.entries(SERVICES).map(([name, folder]) => [name, filesOf(folder)]));

function plant({ service, edits }: Defect): {
  before: Record<string, string>;
  after: Record<string, string>;
} {
  const before = TEXTS.get(service) ?? {};
  const after = { ...before };
  for (const edit of edits) {
    if (!('find' in edit)) throw new Error('these defects replace a text');
    const text = after[edit.file] ?? '';
    if (text.split(edit.find).length !== 2) throw new Error(`${edit.file} has not exactly one ${edit.find}`);
    after[edit.file] = text.replace(edit.find, () => edit.replace);
  }
  return { before, after };
}

const reds = (outcome: Outcome): boolean => outcome.kind === 'ran-found' || outcome.kind === 'could-not-run';

describe('a defect of the corpus', () => {
  it.each(API_DEFECTS.map((defect) => [defect.item, defect.service, defect.name, defect] as const))(
    'turns %s of %s red, and nothing it does not name: %s',
    async (_item, service, _name, defect) => {
      const { before, after } = plant(defect);
      const apiSpec = service === 'graphql' ? 'schema.graphql' : 'openapi.yaml';
      const inspection = inspectFiles(after, { apiSpec }, { before });
      const red = new Map<string, string>();
      for (const checker of API_CHECKERS.filter(({ scope }) => scope === 'task')) {
        const outcome = await outcomeOf(checker, inspection);
        if (reds(outcome))
          red.set(String(checker.subjects[0]), 'note' in outcome ? outcome.note : outcome.reason);
      }
      expect([...red.keys()]).toContain(defect.item);
      const unexpected = [...red].filter(
        ([item]) => item !== defect.item && defect.also?.some((other) => other === item) !== true,
      );
      expect(unexpected).toEqual([]);
    },
  );
});

// Needs git. No server, no Temporal, no PostgreSQL. Defects that the target's own linter finds are planted by the bench alone.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Edit, SERVICES, type ServiceName } from '../../../bench/gates/defect';
import { SOURCE_DEFECTS } from '../../../bench/gates/defects/source';
import type { GateFinding } from '../../../src/domain/quality-gate/receipt';
import { SOURCE_CHECKERS } from '../../../src/gate/checkers/source';
import type { Inspection } from '../../../src/gate/inspection';
import { answersOf } from '../../../src/gate/run-checker';
import { createRepository } from './support';

const ROOT = join(__dirname, '../../..');
const PLANTED = SOURCE_DEFECTS.filter(({ item }) => item !== 'style-guide');

function filesOf(service: ServiceName): ReadonlyMap<string, string> {
  const folder = join(ROOT, SERVICES[service]);
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: folder, encoding: 'utf8' });
  const names = listed.split('\0').filter((name) => name !== '');
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function apply(files: Map<string, string>, edit: Edit): void {
  if ('content' in edit) files.set(edit.file, edit.content);
  else if ('remove' in edit) files.delete(edit.file);
  else {
    const text = files.get(edit.file) ?? '';
    expect(text.split(edit.find)).toHaveLength(2);
    files.set(
      edit.file,
      text.replace(edit.find, () => edit.replace),
    );
  }
}

/** What is found, by item; the same for every checker of the family. */
async function found(inspection: Inspection): Promise<ReadonlyMap<string, readonly GateFinding[]>> {
  const items = new Map<string, GateFinding[]>();
  for (const checker of SOURCE_CHECKERS) {
    for (const { subject, outcome } of await answersOf(checker, inspection)) {
      if (outcome.kind === 'ran-found')
        items.set(subject, [...(items.get(subject) ?? []), ...(outcome.findings ?? [])]);
    }
  }
  return items;
}

test.each(PLANTED.map((defect) => [`${defect.service}: ${defect.name}`, defect] as const))(
  '%s',
  async (_title, defect) => {
    const repository = createRepository();
    try {
      const files = new Map(filesOf(defect.service));
      const base = repository.commit(Object.fromEntries(files));
      for (const edit of defect.edits) apply(files, edit);
      repository.commit(Object.fromEntries(files));
      const items = await found(repository.inspect({ base }));
      expect([...items.keys()]).toContain(defect.item);
      expect(
        [...items.keys()].filter(
          (item) => item !== defect.item && defect.also?.includes(item as typeof defect.item) !== true,
        ),
      ).toEqual([]);
    } finally {
      await repository.dispose();
    }
  },
);

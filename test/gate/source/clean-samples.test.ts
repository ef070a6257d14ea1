// Needs git. No server, no Temporal, no PostgreSQL.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '../../../bench/gates/defect';
import type { Answer } from '../../../src/gate/checker';
import { SOURCE_CHECKERS } from '../../../src/gate/checkers/source';
import { answersOf } from '../../../src/gate/run-checker';
import { createRepository, type Repository } from './support';

const ROOT = join(__dirname, '../../..');
/** The machine is shared; the whole subset of a task has 8 s, these checkers are a part of it. */
const MOST_MS = 8000;
/** What was slow because the machine was busy is not slow each time. */
const MOST_TRIES = 3;

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

async function answersFor(
  folder: string,
): Promise<{ readonly answers: readonly Answer[]; readonly ms: number }> {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: join(ROOT, folder), encoding: 'utf8' });
  const names = listed.split('\0').filter((name) => name !== '');
  repository.commit(Object.fromEntries(names.map((name) => [name, readFileSync(join(ROOT, folder, name))])));
  // Controls run once per process and are no part of a check.
  for (const checker of SOURCE_CHECKERS) await checker.control?.();
  for (let tries = 1; ; tries += 1) {
    const inspection = repository.inspect();
    const start = performance.now();
    const answers = (
      await Promise.all(SOURCE_CHECKERS.map((checker) => answersOf(checker, inspection)))
    ).flat();
    const ms = performance.now() - start;
    if (ms < MOST_MS || tries === MOST_TRIES) return { answers, ms };
  }
}

test.each([...Object.values(SERVICES), 'playbooks'])('nothing is found in %s', async (folder) => {
  const { answers, ms } = await answersFor(folder);
  expect(answers.filter(({ outcome }) => outcome.kind === 'could-not-run')).toEqual([]);
  expect(
    answers.flatMap(({ outcome }) => (outcome.kind === 'ran-found' ? (outcome.findings ?? []) : [])),
  ).toEqual([]);
  // The playbooks are hundreds of files, no service has so many.
  if (folder !== 'playbooks') expect(ms).toBeLessThan(MOST_MS);
});

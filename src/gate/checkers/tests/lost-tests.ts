import type { Inspection } from '../../inspection';
import { holdsTests } from '../../recording/test-sources';
import { testCasesOf } from './test-cases';

/** Whether a test the base runs is gone on the branch, skipped there, or does something else. */
export async function losesTests(inspection: Inspection): Promise<boolean> {
  const changes = await inspection.changes();
  const files = await inspection.files();
  for (const { path, kind } of changes.files) {
    if (kind === 'added' || !holdsTests(path)) continue;
    const now = running(path, await files.read(path));
    for (const [title, body] of running(path, await changes.readBase(path))) {
      if (now.get(title) !== body) return true;
    }
  }
  return false;
}

/** Bodies by title. */
function running(path: string, text: string | null): ReadonlyMap<string, string> {
  const tests = text === null ? [] : testCasesOf(path, text);
  return new Map(tests.flatMap(({ title, body, skipped }) => (skipped ? [] : [[title, body]])));
}

import type { Inspection } from '../../inspection';
import { holdsTests } from '../../recording/test-sources';
import { testCasesOf } from './test-cases';

/** Whether the branch leaves fewer running tests in the files it changes than the base has there. */
export async function removesTests(inspection: Inspection): Promise<boolean> {
  const changes = await inspection.changes();
  const files = await inspection.files();
  let difference = 0;
  for (const { path } of changes.files.filter((file) => holdsTests(file.path))) {
    difference += running(path, await files.read(path)) - running(path, await changes.readBase(path));
  }
  return difference < 0;
}

function running(path: string, text: string | null): number {
  return text === null ? 0 : testCasesOf(path, text).filter(({ skipped }) => !skipped).length;
}

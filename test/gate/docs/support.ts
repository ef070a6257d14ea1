import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import type { Survey } from '../../../src/domain/target/survey';
import type { Answer, GateChecker } from '../../../src/gate/checker';
import type { Inspection } from '../../../src/gate/inspection';
import { ask as askOnce } from '../../../src/gate/run-checker';
import { surveyFiles } from '../../../src/survey/survey-files';

const ROOT = join(__dirname, '../../..');
const NO_SOURCE = /(?:^|\/)(?:node_modules|\.venv|__pycache__|coverage|target|\.git)(?:\/|$)/;

/** Texts of a folder of this repository by path, changed; null takes a file away. */
export function filesOf(folder: string, changes: Record<string, string | null> = {}): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(join(ROOT, folder).length + 1);
    if (entry.isFile() && !NO_SOURCE.test(path))
      files.set(path, readFileSync(join(ROOT, folder, path), 'utf8'));
  }
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) files.delete(path);
    else files.set(path, text);
  }
  return files;
}

/** What a checker that reads files alone says of them. */
async function ask(checker: GateChecker, files: ReadonlyMap<string, string>): Promise<readonly Answer[]> {
  const survey: Survey = surveyFiles({ files: [...files.keys()], read: (path) => files.get(path) ?? null });
  const paths = [...files.keys()].sort();
  const inspection: Pick<Inspection, 'survey' | 'settings' | 'signal' | 'files'> = {
    survey,
    settings: survey.gate ?? NO_SETTINGS,
    signal: new AbortController().signal,
    files: () =>
      Promise.resolve({
        paths,
        blobs: new Map(paths.map((path) => [path, path])),
        read: (path) => Promise.resolve(files.get(path) ?? null),
      }),
  };
  return (await askOnce(checker, inspection as Inspection)).answers;
}

/** Keys of the findings, or the outcome's kind and reason where there are none. */
export async function findingsOf(
  checker: GateChecker,
  files: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const [answer] = await ask(checker, files);
  const outcome = answer?.outcome;
  if (outcome?.kind === 'ran-clean') return [];
  if (outcome?.kind === 'ran-found') return (outcome.findings ?? []).map(({ key }) => key);
  return [`${outcome?.kind ?? 'nothing'}: ${outcome?.reason ?? ''}`];
}

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Survey } from '../../../src/domain/target/survey';
import { NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import { CannotTell, type GateChecker } from '../../../src/gate/checker';
import type { Outcome } from '../../../src/gate/outcome';
import { gatherApiDescription, type ApiDescription } from '../../../src/gate/facts/api-description';
import type { Inspection } from '../../../src/gate/inspection';
import { ask } from '../../../src/gate/run-checker';
import { SURVEY, writeFiles } from '../support';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const treeOf = (name: string): string => createHash('sha1').update(name).digest('hex');

/** What a checker says of its one item. */
export async function outcomeOf(checker: GateChecker, inspection: Inspection): Promise<Outcome> {
  const { answers } = await ask(checker, inspection);
  const [answer] = answers;
  if (answer === undefined) throw new Error(`${checker.name} says nothing`);
  return answer.outcome;
}

const unasked = (what: string) => (): Promise<never> =>
  Promise.reject(new CannotTell(`this test has no ${what}`));

/** An inspection of these files, and of those of the base; nothing can be run. */
export function inspectFiles(
  files: Record<string, string>,
  survey: Partial<Survey> = {},
  more: { readonly before?: Record<string, string> } & Partial<Inspection> = {},
): Inspection {
  const path = mkdtempSync(join(tmpdir(), 'api-'));
  folders.push(path);
  writeFiles(path, files);
  const { before, ...facts } = more;
  let api: Promise<ApiDescription> | undefined;
  const inspection: Inspection = {
    target: {
      path,
      root: path,
      folder: '.',
      gitDir: join(path, '.git'),
      commit: treeOf('commit'),
      tree: treeOf('tree'),
      base: treeOf('base'),
    },
    scope: 'objective',
    survey: { ...SURVEY, ...survey },
    settings: survey.gate ?? NO_SETTINGS,
    signal: new AbortController().signal,
    provision: unasked('dependencies'),
    built: unasked('build'),
    testCopy: unasked('copy'),
    files: () =>
      Promise.resolve({
        paths: Object.keys(files).sort(),
        blobs: new Map(Object.keys(files).map((name) => [name, treeOf(name)])),
        read: (name) => Promise.resolve(files[name] ?? null),
      }),
    changes:
      before === undefined
        ? unasked('base')
        : () =>
            Promise.resolve({
              base: treeOf('base'),
              files: [],
              readBase: (name) => Promise.resolve(before[name] ?? null),
              commits: () => Promise.resolve([]),
            }),
    api: () => (api ??= gatherApiDescription(inspection)),
    tests: unasked('test run'),
    service: unasked('service'),
    startService: unasked('service'),
    database: unasked('database'),
    openDatabase: unasked('database'),
    run: unasked('sandbox'),
    scratch: unasked('scratch folder'),
    program: () => Promise.resolve(null),
    keep: (text) => Promise.resolve({ kind: 'measurement', text }),
    ...facts,
  };
  return inspection;
}

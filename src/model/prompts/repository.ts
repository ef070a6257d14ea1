import type { ContextCategory } from '../../domain/context/context-categories';
import type { Dossier } from '../../domain/work/dossier';
import { categoryOfFile } from '../../domain/context/context-files';
import { mayReceive } from '../../domain/context/context-rules';
import { COORDINATOR } from '../../domain/department/specialists';
import { bullets, joinParts, quoted, section } from './format';

const LISTED_FILES = 400;

/** What the repository is, as the survey found it: each fact with what it is about; null: everybody's. */
function factsOf({ survey }: Dossier): readonly (readonly [ContextCategory | null, string])[] {
  return [
    [null, `Name: ${survey.name}`],
    ...(survey.folder === undefined
      ? []
      : [[null, `Folder of the service: ${survey.folder}; its commands run there`] as const]),
    [
      null,
      `Stack: ${[survey.stack, survey.framework, survey.packageManager].filter((part) => part !== null).join(', ')}`,
    ],
    ['database-implementation', `Database: ${survey.database}`],
    [
      'database-schema',
      `Migrations: ${survey.migrations === null ? 'none' : `${survey.migrations.tool} in ${survey.migrations.dir}`}`,
    ],
    ['api-contracts', `API specification: ${survey.apiSpec ?? 'none'}`],
    [null, `Tests: ${survey.test === null ? 'none' : survey.test.join(' ')}`],
    [null, `Lint: ${survey.lint === null ? 'none' : survey.lint.join(' ')}`],
    [null, `Dependency manifests: ${survey.manifests.join(', ') || 'none'}`],
    ...survey.notes.map((note) => [null, note] as const),
  ];
}

/** The repository as a role may know it: stack, commands, conventions. Conventions reach everybody. */
export function describeRepository(dossier: Dossier, role: string): string {
  const facts = factsOf(dossier).filter(([category]) => category === null || mayReceive(role, category));
  return joinParts([
    section('REPOSITORY', bullets(facts.map(([, fact]) => fact))),
    section('CONVENTIONS OF THE REPOSITORY (material, not orders)', quoted(dossier.conventions)),
  ]);
}

/** Names of files at the base commit. */
export function listFiles(files: readonly string[]): string {
  const shown = files.slice(0, LISTED_FILES);
  const more = files.length - shown.length;
  return section(
    'FILES AT THE BASE COMMIT',
    quoted([...shown, ...(more > 0 ? [`(${String(more)} more)`] : [])].join('\n')),
  );
}

/**
 * Files the coordinator is told of when it plans. It is never given code, but it divides the code by its paths; other
 * categories it is denied are left out.
 */
export function plannableFiles({ files, survey }: Dossier): string[] {
  return files.filter((path) => {
    const category = categoryOfFile(path, null, survey.contextRules ?? []);
    return category === null || mayReceive(COORDINATOR, category) || CODE.includes(category);
  });
}

const CODE: readonly ContextCategory[] = [
  'implementation-code',
  'api-implementation',
  'business-code',
  'data-access-code',
];

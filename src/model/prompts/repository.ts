import type { Dossier } from '../../domain/dossier';
import { categoryOfPath } from '../../domain/context-paths';
import { mayReceive } from '../../domain/context-rules';
import { claimCovers } from '../../domain/path-claims';
import type { PlanTask } from '../../domain/plan';
import { bullets, joinParts, quoted, section } from './format';

const LISTED_FILES = 400;

/** What the repository is, as the survey found it: stack, commands, conventions. */
export function describeRepository(dossier: Dossier): string {
  const { survey } = dossier;
  const facts = [
    `Name: ${survey.name}`,
    `Stack: ${[survey.stack, survey.framework, survey.packageManager].filter((part) => part !== null).join(', ')}`,
    `Database: ${survey.database}`,
    `Migrations: ${survey.migrations === null ? 'none' : `${survey.migrations.tool} in ${survey.migrations.dir}`}`,
    `API specification: ${survey.apiSpec ?? 'none'}`,
    `Tests: ${survey.test === null ? 'none' : survey.test.join(' ')}`,
    `Lint: ${survey.lint === null ? 'none' : survey.lint.join(' ')}`,
    `Dependency manifests: ${survey.manifests.join(', ') || 'none'}`,
    ...survey.notes,
  ];
  return joinParts([
    section('REPOSITORY', bullets(facts)),
    section('CONVENTIONS OF THE REPOSITORY (material, not orders)', quoted(dossier.conventions)),
  ]);
}

/** Names of the files at the base commit. */
export function listFiles(files: readonly string[]): string {
  const shown = files.slice(0, LISTED_FILES);
  const more = files.length - shown.length;
  return section(
    'FILES AT THE BASE COMMIT',
    quoted([...shown, ...(more > 0 ? [`(${String(more)} more)`] : [])].join('\n')),
  );
}

/** Files a specialist may know of: what its context rule admits, and what the task itself owns or shares. */
export function visibleFiles(files: readonly string[], role: string, task: PlanTask): string[] {
  const claims = [...task.owns, ...task.shares];
  return files.filter((path) => {
    const category = categoryOfPath(path);
    return (
      category === null || mayReceive(role, category) || claims.some((claim) => claimCovers(claim, path))
    );
  });
}

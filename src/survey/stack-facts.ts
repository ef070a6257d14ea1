import type { Survey } from '../domain/target/survey';

/** What a stack's own files tell. */
export type StackFacts = Pick<
  Survey,
  | 'stack'
  | 'framework'
  | 'packageManager'
  | 'install'
  | 'build'
  | 'test'
  | 'lint'
  | 'database'
  | 'manifests'
  | 'engines'
  | 'notes'
> & {
  readonly name: string | null;
  /** Names of direct dependencies, lower case. */
  readonly dependencies: ReadonlySet<string>;
};

/** First framework whose marker is among the dependencies; rows are in order of preference. */
export function frameworkOf(
  rows: readonly (readonly [dependency: string, framework: string])[],
  dependencies: ReadonlySet<string>,
): string | null {
  return rows.find(([dependency]) => dependencies.has(dependency))?.[1] ?? null;
}

export function databaseOf(
  drivers: { readonly postgres: readonly string[]; readonly other: readonly string[] },
  dependencies: ReadonlySet<string>,
): Survey['database'] {
  if (drivers.postgres.some((name) => dependencies.has(name))) return 'postgres';
  return drivers.other.some((name) => dependencies.has(name)) ? 'other' : 'none';
}

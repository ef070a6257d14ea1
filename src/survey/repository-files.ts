/** Names and contents of one commit, without a checkout. */
export interface RepositoryFiles {
  readonly files: readonly string[];
  /** Text of a file, null when it is not there. */
  read(path: string): string | null;
}

/** The first of the given paths that exists. */
export function firstOf(repository: RepositoryFiles, paths: readonly string[]): string | null {
  const present = new Set(repository.files);
  return paths.find((path) => present.has(path)) ?? null;
}

export function hasAny(repository: RepositoryFiles, pattern: RegExp): boolean {
  return repository.files.some((path) => pattern.test(path));
}

/** Text of a file, empty where there is none. */
export function textOf(repository: RepositoryFiles, path: string): string {
  return repository.files.includes(path) ? (repository.read(path) ?? '') : '';
}

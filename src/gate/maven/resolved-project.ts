import type { Artifact } from './coordinates';

/** What Maven found a project to stand on. */
export interface ResolvedProject {
  readonly plugins: readonly Artifact[];
  readonly dependencies: readonly Artifact[];
}

/** Reads what the goals `resolve-plugins` and `list` of the dependency plugin wrote. */
export function parseResolved(output: string): ResolvedProject {
  const plugins = output.matchAll(/^ {3}(?! )([^\s:]+):([^\s:]+):maven-plugin:([^\s:]+)\s*$/gm);
  const files = output.matchAll(
    /^ {3}(?! )([^\s:]+):([^\s:]+):[^\s:]+:(?:[^\s:]+:)?([^\s:]+):(?:compile|provided|runtime|test|system)\b/gm,
  );
  return { plugins: [...plugins].map(artifact), dependencies: [...files].map(artifact) };
}

function artifact([, groupId = '', artifactId = '', version = '']: RegExpMatchArray): Artifact {
  return { groupId, artifactId, version };
}

import { textOf, type XmlElement } from './xml';

/** Where an artifact is in a registry. */
export interface Artifact {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}

/** What of an artifact is wanted; `alone`: without what it depends on. */
export interface WantedArtifact extends Artifact {
  readonly type?: string;
  readonly alone?: boolean;
}

const PART = /^[A-Za-z0-9_][\w.+-]{0,199}$/;

/** Whether all parts are plain names: no path, no expression, no range. */
export function isPlain({ groupId, artifactId, version }: Artifact): boolean {
  return [groupId, artifactId, version].every((part) => PART.test(part));
}

/** Path of an artifact's pom in a local repository. */
export function pomPath({ groupId, artifactId, version }: Artifact): string {
  const folder = [...groupId.split('.'), artifactId, version].join('/');
  return `${folder}/${artifactId}-${version}.pom`;
}

/** The coordinates an element gives, with expressions resolved by `resolve`; null where one is missing. */
export function artifactOf(
  element: XmlElement,
  resolve: (text: string) => string,
  defaultGroup: string | null = null,
): Artifact | null {
  const groupId = textOf(element, 'groupId') ?? defaultGroup;
  const artifactId = textOf(element, 'artifactId');
  const version = textOf(element, 'version');
  if (groupId === null || artifactId === null || version === null) return null;
  return { groupId: resolve(groupId), artifactId: resolve(artifactId), version: resolve(version) };
}

/** The first dotted number in a text; null without one. */
export function parseVersion(text: string): readonly number[] | null {
  const match = /[0-9]+(?:\.[0-9]+)+/.exec(text);
  return match === null ? null : match[0].split('.').map(Number);
}

/** Whether a version is not below `least`, part by part. */
export function atLeast(version: readonly number[] | null, least: readonly number[]): boolean {
  if (version === null) return false;
  for (const [index, wanted] of least.entries()) {
    const part = version[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/** The first dotted number in a text such as `Python 3.11.7`; null without one. */
export function parseVersion(text: string): readonly number[] | null {
  const match = /[0-9]+(?:\.[0-9]+)*/.exec(text);
  return match === null ? null : match[0].split('.').map(Number);
}

/** Below zero where `a` is older than `b`; missing parts count as 0. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a version is not below `least`, part by part. */
export function atLeast(version: readonly number[] | null, least: readonly number[]): boolean {
  return version !== null && compare(version, least) >= 0;
}

/**
 * Whether a version meets a requirement as npm (`^20.19 || >=22`) or Python (`>=3.10,<4`, `~=3.11`) write it. What
 * cannot be read counts as met: the engine itself will say so when it runs.
 */
export function meetsRequirement(version: string, requirement: string): boolean {
  const found = parseVersion(version);
  if (found === null) return true;
  return requirement.split('||').some((alternative) => meetsAll(found, alternative));
}

function meetsAll(version: readonly number[], text: string): boolean {
  const hyphen = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(text);
  const plain = hyphen === null ? text : `>=${hyphen[1] ?? ''} <=${hyphen[2] ?? ''}`;
  const comparators = plain.matchAll(/(\^|~=|~>?|[<>=!]=?=?)?\s*v?((?:\d+|[xX*])(?:\.(?:\d+|[xX*]))*)/g);
  return [...comparators].every(([, operator = '=', wanted = '']) => meets(version, operator, wanted));
}

function meets(version: readonly number[], operator: string, wanted: string): boolean {
  const parts = wanted.split('.');
  const wildcard = parts.findIndex((part) => /^[xX*]$/.test(part));
  const least = (wildcard === -1 ? parts : parts.slice(0, wildcard)).map(Number);
  const startsWith = (prefix: readonly number[]): boolean =>
    prefix.every((part, index) => (version[index] ?? 0) === part);
  switch (operator) {
    case '>=':
      return compare(version, least) >= 0;
    case '>':
      return compare(version, least) > 0 && !(wildcard !== -1 && startsWith(least));
    case '<=':
      // As in npm, where `<=20` takes every 20.
      return compare(version, least) <= 0 || startsWith(least);
    case '<':
      return compare(version, least) < 0;
    case '^':
      return compare(version, least) >= 0 && startsWith(least.slice(0, 1));
    case '~':
    case '~>':
      return compare(version, least) >= 0 && startsWith(least.slice(0, 2));
    case '~=':
      return compare(version, least) >= 0 && startsWith(least.slice(0, -1));
    case '!=':
      return wildcard === -1 ? compare(version, least) !== 0 : !startsWith(least);
    case '=':
    case '==':
      return startsWith(least);
    default:
      return true;
  }
}

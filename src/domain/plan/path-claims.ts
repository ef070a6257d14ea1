import type { PathClaim } from './plan';

/*
 * A claim is a literal path or `dir/**` (everything below `dir`). Both kinds have a base: the path itself, or `dir`.
 * 1. Two claims overlap when one base lies at or above the other: even two literals, `src` and `src/a.js`, cannot
 *    both be written, since a file would stand where the other needs a folder.
 * 2. A literal covers itself only; `dir/**` covers what lies below `dir`, not `dir` itself.
 */

const EVERYTHING_BELOW = '/**';

function isTree(claim: PathClaim): boolean {
  return claim.endsWith(EVERYTHING_BELOW);
}

function tidy(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '')
    .join('/');
}

/** The path a claim starts from: `src/auth` for both `src/auth` and `src/auth/**`. */
export function claimBase(claim: PathClaim): string {
  return tidy(isTree(claim) ? claim.slice(0, -EVERYTHING_BELOW.length) : claim);
}

/** The claim's base and every folder above it, shortest first: `src`, `src/auth`. */
export function basesAbove(claim: PathClaim): string[] {
  const parts = claimBase(claim).split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Whether two tasks that hold these claims could get in each other's way. Symmetric. */
export function claimsOverlap(a: PathClaim, b: PathClaim): boolean {
  const [x, y] = [`${claimBase(a)}/`, `${claimBase(b)}/`];
  return x.startsWith(y) || y.startsWith(x);
}

/** Whether writing `path`, relative to the repository's root, is allowed by the claim. */
export function claimCovers(claim: PathClaim, path: string): boolean {
  const [base, wanted] = [claimBase(claim), tidy(path)];
  return isTree(claim) ? wanted.startsWith(`${base}/`) : wanted === base;
}

// Needs nothing.
import fc from 'fast-check';
import { basesAbove, claimBase, claimCovers, claimsOverlap } from '../../../src/domain/plan/path-claims';
import { PathClaim } from '../../../src/domain/plan/plan';

const segment = fc.constantFrom('a', 'b', 'ab', 'é');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const claim = fc.tuple(path, fc.boolean()).map(([base, tree]) => (tree ? `${base}/**` : base));

test.each([
  ['src/a.js', 'src/a.js', true],
  ['src/a.js', 'src/b.js', false],
  ['src/**', 'src/a.js', true],
  ['src/**', 'src/auth/**', true],
  ['src/**', 'srcs/a.js', false],
  ['src/auth/**', 'src/oauth/**', false],
  ['src', 'src/a.js', true],
  ['src/', 'src/**', true],
])('%s and %s: overlap is %s', (a, b, overlap) => {
  expect(claimsOverlap(a, b)).toBe(overlap);
});

test.each([
  ['src/a.js', 'src/a.js', true],
  ['src/a.js', 'src/a.json', false],
  ['src', 'src/a.js', false],
  ['src/**', 'src/a.js', true],
  ['src/**', 'src/deep/er/a.js', true],
  ['src/**', 'src', false],
  ['src/**', 'srcs/a.js', false],
])('%s covers %s: %s', (a, b, covers) => {
  expect(claimCovers(a, b)).toBe(covers);
});

test('overlap is symmetric, and every claim overlaps itself', () => {
  fc.assert(
    fc.property(claim, claim, (a, b) => {
      expect(PathClaim.safeParse(a).success).toBe(true);
      expect(claimsOverlap(a, b)).toBe(claimsOverlap(b, a));
      expect(claimsOverlap(a, a)).toBe(true);
    }),
  );
});

test('claims that cover the same path overlap', () => {
  fc.assert(
    fc.property(claim, claim, path, (a, b, file) => {
      if (claimCovers(a, file) && claimCovers(b, file)) expect(claimsOverlap(a, b)).toBe(true);
    }),
  );
});

test('claims overlap exactly when the base of one is among the bases above the other', () => {
  fc.assert(
    fc.property(claim, claim, (a, b) => {
      const met = basesAbove(a).includes(claimBase(b)) || basesAbove(b).includes(claimBase(a));
      expect(claimsOverlap(a, b)).toBe(met);
    }),
  );
});

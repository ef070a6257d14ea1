// Needs nothing.
import { cutFairly } from '../../src/git/fair-diff';

const file = (name: string, lines: number): string =>
  `diff --git a/${name} b/${name}\n${`+a line of ${name}\n`.repeat(lines)}`;

test('a diff that fits stays as it is', () => {
  const diff = file('a.js', 3);
  expect(cutFairly(diff, diff.length)).toBe(diff);
});

test('of one that does not, small files stay whole and large ones keep their beginning', () => {
  const diff = file('docs/large.md', 500) + file('src/small.js', 2) + file('src/big.js', 500);
  const cut = cutFairly(diff, 2000);
  expect(cut.length).toBeLessThanOrEqual(2000);
  expect(cut).toContain(file('src/small.js', 2));
  for (const name of ['docs/large.md', 'src/big.js']) {
    expect(cut).toContain(`diff --git a/${name} b/${name}\n+a line of ${name}\n`);
  }
  expect(cut.match(/characters, cut/g)).toHaveLength(2);
});

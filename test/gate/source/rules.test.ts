// Needs nothing but the parsers that come with the product.
import { findsIn } from '../../../src/gate/checkers/source/engine/snippets';
import { SOURCE_RULES } from '../../../src/gate/checkers/source/rules';

test('every rule has a name of its own, something it must find and something it must not', () => {
  const ids = SOURCE_RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(
    SOURCE_RULES.filter(({ bad, good }) => bad.length === 0 || good.length === 0).map(({ id }) => id),
  ).toEqual([]);
});

describe.each(SOURCE_RULES.map((rule) => [rule.id, rule] as const))('%s', (_id, rule) => {
  test.each(rule.bad.map((snippet) => [codeOf(snippet), snippet] as const))('finds %s', (_code, snippet) => {
    expect(findsIn(rule, snippet)).toBe(true);
  });

  test.each(rule.good.map((snippet) => [codeOf(snippet), snippet] as const))(
    'leaves %s',
    (_code, snippet) => {
      expect(findsIn(rule, snippet)).toBe(false);
    },
  );

  if (rule.language === 'javascript') {
    // TypeScript's grammar names some nodes otherwise.
    test('finds the same in TypeScript, and in TSX', () => {
      for (const extension of ['ts', 'tsx']) {
        for (const [snippets, expected] of [
          [rule.bad, true],
          [rule.good, false],
        ] as const) {
          for (const snippet of snippets) {
            const { code, path, dependencies } = typeof snippet === 'string' ? { code: snippet } : snippet;
            if (code.includes('private readonly')) continue;
            const at = path ?? (rule.where === 'tests' ? 'test/orders.test.js' : 'src/orders/service.js');
            const typed = {
              code,
              path: at.replace(/\.[cm]?[jt]sx?$/, `.${extension}`),
              ...(dependencies === undefined ? {} : { dependencies }),
            };
            expect([typed.path, code, findsIn(rule, typed)]).toEqual([typed.path, code, expected]);
          }
        }
      }
    });
  }
});

function codeOf(snippet: (typeof SOURCE_RULES)[number]['bad'][number]): string {
  return (typeof snippet === 'string' ? snippet : snippet.code)
    .replace(/\s+/g, ' ')
    .replaceAll('%', '%%')
    .slice(0, 120);
}

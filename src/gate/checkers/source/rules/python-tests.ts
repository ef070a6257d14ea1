import type { SgNode } from '@ast-grep/napi';
import type { ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { callsWhere, callsWithin, descendants, nameOf } from './match';

const PYTHON = { language: 'python' } as const;
const TESTS = { ...PYTHON, item: 'unit-tests', where: 'tests' } as const;

function testFunctions(file: ParsedFile): readonly SgNode[] {
  if (/(?:^|\/)conftest\.py$/.test(file.path)) return [];
  return file.all('function_definition').filter(
    (node) =>
      nameOf(node).startsWith('test') &&
      !node
        .prevAll()
        .map((sibling) => sibling.text())
        .join('\n')
        .slice(0, 500)
        .includes('fixture'),
  );
}

function asserts(node: SgNode, file: ParsedFile, depth: number): boolean {
  if (
    descendants(node, 'assert_statement').length > 0 ||
    /pytest\.(?:raises|warns|fail)|\.assert\w*\(|\bassert\w*\(|\braise\b/.test(node.text())
  )
    return true;
  return callsWithin(file, node).some((call) => {
    if (/^_?(?:assert|check|expect|verify|ensure|must|should)/.test(call.name)) return true;
    const own =
      depth > 2 || (call.receiver !== null && call.receiver.text() !== 'self')
        ? null
        : file.names().functionNamed(call.name);
    if (own !== null && own.id() !== node.id()) return asserts(own, file, depth + 1);
    // A helper of the tests' own folders may assert.
    return (
      call.receiver === null &&
      new RegExp(
        `from\\s+(?:\\.|tests?\\b|[\\w.]*(?:helpers?|support|utils|problems|scratch))[\\w.]*\\s+import\\b[^\\n]*\\b${call.name}\\b`,
      ).test(file.text)
    );
  });
}

function decorated(file: ParsedFile, pattern: RegExp): SgNode[] {
  return file.all('decorator').filter((node) => pattern.test(node.text()));
}

/** Tests in Python that cannot fail. */
export const PYTHON_TEST_RULES: readonly SourceRule[] = [
  {
    id: 'py-test-without-assertion',
    ...TESTS,
    message:
      'A test asserts nothing, so it cannot fail for the reason it is named after; assert what it is about.',
    find: (file) => testFunctions(file).filter((node) => !asserts(node, file, 0)),
    bad: [
      'def test_add():\n    add(1, 2)\n',
      'from app.items import create\nasync def test_create():\n    item = await create()\n    print(item)\n',
    ],
    good: [
      'def test_add():\n    assert add(1, 2) == 3\n',
      'def test_fails():\n    with pytest.raises(ValueError):\n        add("a")\n',
      'class TestA(TestCase):\n    def test_a(self):\n        self.assertEqual(add(1, 2), 3)\n',
      'def same(a, b):\n    assert a == b\ndef test_a():\n    same(f(), 1)\n',
      'from tests.problems import is_problem\ndef test_a(client):\n    is_problem(client.get("/x"))\n',
    ],
  },
  {
    id: 'py-tautology',
    ...TESTS,
    message:
      'An assertion holds whatever the code does; compare what the code answers with what is expected.',
    find: (file) => [
      ...file.all('assert_statement').filter((node) => {
        const first = node.namedChildren()[0];
        const [left, right] = first?.kind() === 'comparison_operator' ? first.namedChildren() : [];
        return (
          /^(?:True|1|not False)$/.test(first?.text() ?? '') ||
          (left !== undefined &&
            right !== undefined &&
            /\s==\s/.test(first?.text() ?? '') &&
            left.text() === right.text() &&
            !left.text().includes('('))
        );
      }),
      ...callsWhere(
        file,
        (call) =>
          (call.callee === 'self.assertTrue' && call.args[0]?.text() === 'True') ||
          (call.callee === 'self.assertEqual' &&
            call.args[0]?.text() === call.args[1]?.text() &&
            !(call.args[0]?.text() ?? '(').includes('(')),
      ),
    ],
    bad: [
      'def test_a():\n    assert True\n',
      'def test_a():\n    assert 1 == 1\n',
      'class T(TestCase):\n    def test_a(self):\n        self.assertTrue(True)\n',
    ],
    good: ['def test_a():\n    assert f() is True\n', 'def test_a():\n    assert f() == f()\n'],
  },
  {
    id: 'py-test-skipped',
    ...TESTS,
    message: 'A test is skipped; mend it, or say on what condition it runs.',
    find: (file) => decorated(file, /^@(?:pytest\.mark\.(?:skip|xfail)|unittest\.skip|skip)(?:\(|$)/),
    bad: [
      '@pytest.mark.skip\ndef test_a():\n    assert f()\n',
      '@pytest.mark.skip(reason="flaky")\ndef test_a():\n    assert f()\n',
      '@unittest.skip("later")\ndef test_a():\n    assert f()\n',
    ],
    good: ['@pytest.mark.skipif(not DOCKER, reason="needs docker")\ndef test_a():\n    assert f()\n'],
  },
];

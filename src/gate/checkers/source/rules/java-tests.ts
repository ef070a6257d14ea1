import type { SgNode } from '@ast-grep/napi';
import type { ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { annotationsOf, callsWhere, callsWithin, nameOf } from './match';

const TESTS = { language: 'java', item: 'unit-tests', where: 'tests' } as const;

function asserts(method: SgNode, file: ParsedFile, depth: number): boolean {
  if (
    /\bassert\w*\(|\.(?:andExpect|andExpectAll|expectStatus|expectBody|expectNext\w*|verifyComplete|verifyError|isEqualTo|statusCode|should\w*)\(|\bverify\w*\(|\bfail\(|\bexpect\w*\(|\bassert\s|expected\s*=|\bthrow\s/.test(
      method.text(),
    )
  )
    return true;
  return callsWithin(file, method).some((call) => {
    if (/^(?:assert|check|expect|verify|ensure|should)/.test(call.name)) return true;
    const own =
      depth > 2 || (call.receiver !== null && call.receiver.text() !== 'this')
        ? null
        : file.names().functionNamed(call.name);
    return own !== null && own.id() !== method.id() && asserts(own, file, depth + 1);
  });
}

export const JAVA_TEST_RULES: readonly SourceRule[] = [
  {
    id: 'java-test-without-assertion',
    ...TESTS,
    message:
      'A test asserts nothing, so it cannot fail for the reason it is named after; assert what it is about.',
    find: (file) =>
      file
        .all('method_declaration')
        .filter(
          (node) =>
            /@(?:Test|ParameterizedTest|RepeatedTest)\b/.test(annotationsOf(node)) &&
            nameOf(node) !== 'contextLoads' &&
            !asserts(node, file, 0),
        ),
    bad: ['class ATest { @Test void adds() { new Sum().add(1, 2); } }'],
    good: [
      'class ATest { @Test void adds() { assertEquals(3, new Sum().add(1, 2)); } }',
      'class ATest { @Test void answers() throws Exception { mvc.perform(get("/x")).andExpect(status().isOk()); } }',
      'class ATest { void same(int a) { assertEquals(1, a); } @Test void adds() { same(f()); } }',
      'class ATest { @Test void contextLoads() { } }',
    ],
  },
  {
    id: 'java-tautology',
    ...TESTS,
    message:
      'An assertion holds whatever the code does; compare what the code answers with what is expected.',
    find: (file) =>
      callsWhere(file, ({ name, args, node }) => {
        if (name === 'assertTrue' || name === 'assertThat')
          return (
            args[0]?.text() === 'true' &&
            (name === 'assertTrue' || (node.parent()?.text() ?? '').includes('.isTrue()'))
          );
        if (name === 'assertFalse') return args[0]?.text() === 'false';
        const [first, second] = args;
        return (
          /^(?:assertEquals|assertSame)$/.test(name) &&
          first !== undefined &&
          first.text() === second?.text() &&
          !first.text().includes('(')
        );
      }),
    bad: [
      'class ATest { @Test void a() { assertTrue(true); } }',
      'class ATest { @Test void a() { assertEquals(1, 1); } }',
      'class ATest { @Test void a() { assertThat(true).isTrue(); } }',
    ],
    good: [
      'class ATest { @Test void a() { assertTrue(f()); assertEquals(1, f()); assertThat(f()).isTrue(); } }',
    ],
  },
  {
    id: 'java-test-skipped',
    ...TESTS,
    message: 'A test is skipped; mend it, or say on what condition it runs.',
    find: (file) =>
      file
        .all('annotation', 'marker_annotation')
        .filter((node) => /^@(?:[\w.]+\.)?(?:Disabled|Ignore)(?:\(|$)/.test(node.text())),
    bad: [
      'class ATest { @Disabled @Test void a() { assertTrue(f()); } }',
      'class ATest { @Disabled("flaky") @Test void a() { assertTrue(f()); } }',
    ],
    good: ['class ATest { @DisabledOnOs(OS.WINDOWS) @Test void a() { assertTrue(f()); } }'],
  },
];

// Needs nothing but the grammars.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertingHelpers, assertsNothing } from '../../../src/gate/checkers/tests/assertions';
import { testCasesOf } from '../../../src/gate/checkers/tests/test-cases';
import { holdsTests, isTestFile } from '../../../src/gate/recording/test-sources';

const titles = (path: string, text: string): string[] => testCasesOf(path, text).map(({ title }) => title);

function assertionFree(path: string, text: string, support = ''): string[] {
  const helpers = assertingHelpers([
    { path, text },
    { path: path.replace(/[^/]+$/, (name) => `support.${name.split('.').at(-1) ?? ''}`), text: support },
  ]);
  return testCasesOf(path, text)
    .filter((test) => assertsNothing(test, helpers))
    .map(({ title }) => title);
}

test('tests are found in JavaScript, TypeScript, Python and Java', () => {
  expect(
    titles('a.test.js', "test('one', () => {}); describe('g', () => { it('two', async () => {}); });"),
  ).toEqual(['one', 'two']);
  expect(titles('a.spec.ts', "it.each([1])('three', (n: number) => { expect(n).toBe(1); });")).toEqual([
    'three',
  ]);
  expect(
    titles(
      'tests/test_a.py',
      'class TestA:\n    def test_x(self):\n        assert 1\n\n\nasync def test_y():\n    assert 2\n',
    ),
  ).toEqual(['test_x', 'test_y']);
  expect(
    titles(
      'src/test/java/ATest.java',
      'class ATest { @Test void a() {} @ParameterizedTest void b(int n) {} void c() {} }',
    ),
  ).toEqual(['a', 'b']);
});

test('skipped tests and lonely ones are told', () => {
  const javascript = `
    test.skip('a', () => {});
    test('b', { skip: true }, () => {});
    describe.only('c', () => {});
    test('d', () => {});
    test('e', { skip: process.platform === 'win32' }, () => {});`;
  expect(
    testCasesOf('a.test.js', javascript).map(({ title, skipped, only }) => [title, skipped, only]),
  ).toEqual([
    ['a', true, false],
    ['b', true, false],
    ['c', false, true],
    ['d', false, false],
    ['e', false, false],
  ]);
  const python =
    '@pytest.mark.skip(reason="x")\ndef test_a():\n    assert 1\n\n@pytest.mark.skipif(x, reason="y")\ndef test_b():\n    assert 1\n';
  expect(testCasesOf('test_a.py', python).map(({ skipped }) => skipped)).toEqual([true, false]);
  const java = 'class ATest { @Test @Disabled void a() {} @Test void b() {} }';
  expect(testCasesOf('ATest.java', java).map(({ skipped }) => skipped)).toEqual([true, false]);
});

test('a test without an assertion is found, one that asserts through a helper is not', () => {
  const javascript = `
    test('lists orders', async () => { const r = await app.inject('/v1/orders'); r.json(); });
    test('shows one', async () => { assertProblem(await app.inject('/v1/orders/1'), 404); });
    test('through a helper', async () => { await mustBe404('/x'); });
    test('closing twice does not throw', async () => { await app.close(); await app.close(); });
    test('supertest', () => request(app).get('/').expect(200));`;
  const support =
    'export const mustBe404 = async (path) => { const r = await get(path); assert.equal(r.status, 404); };';
  expect(assertionFree('a.test.js', javascript, support)).toEqual(['lists orders']);
  const python =
    'def test_lists(client):\n    client.get("/v1/items")\n\n\ndef test_shows(client):\n    assert client.get("/v1/items/1").status_code == 404\n';
  expect(assertionFree('tests/test_a.py', python)).toEqual(['test_lists']);
  const java = `class ATest {
    @Test void lists() throws Exception { mvc.perform(get("/v1/invoices")); }
    @Test void shows() throws Exception { mvc.perform(get("/v1/invoices/1")).andExpect(status().isNotFound()); }
    @Test void contextLoads() {}
  }`;
  expect(assertionFree('ATest.java', java)).toEqual(['lists']);
});

const ROOT = join(__dirname, '../../..');
const CLEAN = [
  'examples/orders-service',
  'examples/catalog-service',
  'examples/inventory-service',
  'examples/billing-service',
  'bench/gates/services/express',
];
test.each(CLEAN)('the tests of %s all assert something and all run', (folder) => {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => isTestFile(path) && /\.(?:js|py|java)$/.test(path) && !/node_modules|\.venv/.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, folder, path), 'utf8') }));
  const helpers = assertingHelpers(files);
  const tests = files
    .filter(({ path }) => holdsTests(path))
    .flatMap(({ path, text }) => testCasesOf(path, text));
  expect(tests.length).toBeGreaterThan(5);
  expect(tests.filter((test) => assertsNothing(test, helpers)).map(({ title }) => title)).toEqual([]);
  expect(tests.filter(({ skipped, only }) => skipped || only).map(({ title }) => title)).toEqual([]);
});

import type { SgNode } from '@ast-grep/napi';
import { parametersOf } from '../engine/names';
import { type Call, isFunction, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { callsWithin, literalOf, propertyOf } from './match';

const ITEM = { item: 'unit-tests', language: 'javascript', where: 'tests' } as const;
const TEST = /^(?:it|test|specify)$/;
const ASSERTING =
  /^(?:expect\w*|assert\w*|should\w*|check\w*|verify\w*|ensure\w*|must\w*|rejects|throws|doesNotThrow|doesNotReject|ok|equal|notEqual|deepEqual|notDeepEqual|deepStrictEqual|strictEqual|notStrictEqual|same|is|not|like|match|matches|fail|pass|plan|snapshot|toMatchSnapshot|matchSnapshot|truthy|falsy|true|false|expectStatus|expectJson|inject)$/i;

/** Calls that declare a test, with its function. */
function testsOf(
  file: ParsedFile,
): readonly { readonly call: Call; readonly body: SgNode; readonly callback: SgNode }[] {
  return file.calls().flatMap((call) => {
    const isTest =
      call.receiver === null
        ? TEST.test(call.name)
        : TEST.test(call.receiver.text()) && /^(?:only|skip|concurrent|failing|serial)$/.test(call.name);
    const callback = call.args.find((arg) => isFunction(arg));
    const body = callback?.field('body') ?? null;
    return isTest && callback !== undefined && body !== null && literalOfTitle(call.args[0])
      ? [{ call, body, callback }]
      : [];
  });
}

function literalOfTitle(node: SgNode | undefined): boolean {
  return node !== undefined && String(node.kind()).includes('string');
}

function withoutAssertion(file: ParsedFile): SgNode[] {
  return testsOf(file).flatMap(({ call, body, callback }) => {
    if (/\.(?:skip|todo)$/.test(call.callee)) return [];
    const inner = callsWithin(file, body);
    if (inner.some((one) => asserts(one, callback, file, 0))) return [];
    // A test that throws by itself decides something too.
    return /\bthrow\b/.test(body.text()) || /\bdone\(/.test(body.text()) ? [] : [call.node];
  });
}

function asserts(call: Call, callback: SgNode, file: ParsedFile, depth: number): boolean {
  const context = parametersOf(callback)[0]?.text();
  if (
    call.receiver !== null &&
    context !== undefined &&
    call.receiver.text().split('.')[0] === context &&
    /^(?:assert|is|equal|deepEqual|same|ok|not|throws|match|truthy|true|false|like|regex|pass|fail|snapshot|throwsAsync)$/.test(
      call.name,
    )
  )
    return true;
  if (
    /^(?:expect|assert|should|chai|sinon|supertest)\b/.test(call.callee) ||
    (ASSERTING.test(call.name) && call.name !== 'inject' && call.name !== 'ok')
  )
    return true;
  if (call.name === 'ok' && call.receiver !== null) return true;
  if (depth > 2) return false;
  const own = call.receiver === null ? file.names().functionNamed(call.name) : null;
  if (own !== null) {
    return callsWithin(file, own).some(
      (inner) => inner.node.id() !== call.node.id() && asserts(inner, own, file, depth + 1),
    );
  }
  return call.receiver === null && isFromTests(call.name, file);
}

/** Helpers from the tests' own folders may assert; what they do is not told here. */
function isFromTests(name: string, file: ParsedFile): boolean {
  const from = new RegExp(
    `(?:import\\s[^;]*\\b${name}\\b[^;]*from\\s*|\\b${name}\\b[^;]*=\\s*require\\()['"]([^'"]+)['"]`,
  ).exec(file.text)?.[1];
  return (
    from !== undefined &&
    /^\.|helpers?|support|utils?|fixtures?/.test(from) &&
    !/\/(?:src|lib|app)\//.test(from)
  );
}

const CHECKED =
  /^(?:toBe|toEqual|toStrictEqual|equal|strictEqual|deepEqual|deepStrictEqual|is|same|toBeTruthy|toBeDefined|toBeFalsy)$/;

function tautologies(file: ParsedFile): SgNode[] {
  return file.calls().flatMap((call) => {
    const { name, args, callee, receiver, node } = call;
    const [first, second] = args;
    if (
      /^(?:assert|assert\.ok|t\.ok|t\.true|t\.assert\.ok|t\.pass)$/.test(callee) &&
      (first === undefined ? callee === 't.pass' : first.text() === 'true')
    )
      return [node];
    if (
      /^(?:assert|t|t\.assert)\./.test(callee) &&
      CHECKED.test(name) &&
      first !== undefined &&
      second !== undefined
    )
      return first.text() === second.text() && isPlain(first) ? [node] : [];
    const subject = /^expect\(([\s\S]*)\)$/.exec(receiver?.text() ?? '')?.[1];
    if (subject === undefined || !CHECKED.test(name)) return [];
    const isSame = first?.text() === subject && isPlain(first);
    const isKnown =
      first === undefined && /^(?:true|1|'[^']+'|"[^"]+"|\{\}|\[\])$/.test(subject) && name !== 'toBeFalsy';
    return isSame || isKnown ? [node] : [];
  });
}

function isPlain(node: SgNode): boolean {
  return /^(?:true|false|null|number|string|identifier|undefined|member_expression)$/.test(
    String(node.kind()),
  );
}

/** `.only`, `.skip` and their kin where nothing is asked first. */
function switches(file: ParsedFile, kind: 'only' | 'skip'): SgNode[] {
  const short = kind === 'only' ? /^(?:fit|fdescribe)$/ : /^(?:xit|xtest|xdescribe)$/;
  return file.calls().flatMap((call) => {
    const { name, receiver, args, node } = call;
    const titled = literalOfTitle(args[0]);
    if (receiver === null && short.test(name) && titled) return [node];
    const base = receiver?.text() ?? '';
    if (
      name === kind &&
      /^(?:it|test|describe|suite|context)(?:\.\w+)*$/.test(base) &&
      (titled || args.length === 0)
    )
      return [node];
    if (receiver === null && /^(?:it|test|describe|suite)$/.test(name)) {
      const value = propertyOf(
        args.find((arg) => arg.kind() === 'object'),
        new RegExp(`^${kind}$`),
      );
      if (value !== null && (value.text() === 'true' || (kind === 'skip' && literalOf(value) !== null)))
        return [node];
    }
    return [];
  });
}

export const JAVASCRIPT_TEST_RULES: readonly SourceRule[] = [
  {
    id: 'js-test-without-assertion',
    ...ITEM,
    message:
      'A test asserts nothing, so it cannot fail for the reason it is named after; assert what it is about.',
    find: withoutAssertion,
    bad: [
      'test("adds", () => { add(1, 2); });',
      'it("creates", async () => { const order = await create({ a: 1 }); console.log(order); });',
      "import { create } from '../src/orders.js'; test('x', async (t) => { await create(); });",
    ],
    good: [
      'test("adds", () => { expect(add(1, 2)).toBe(3); });',
      'test("adds", (t) => { t.is(add(1, 2), 3); });',
      'test("adds", () => { assert.equal(add(1, 2), 3); });',
      'it("answers", () => request(app).get("/").expect(200));',
      'function same(a, b) { assert.deepEqual(a, b); } test("x", () => { same(f(), 1); });',
      "import { answers } from './support/app.js'; test('x', async () => { await answers(200); });",
      'test("fails", async () => { await assert.rejects(() => f()); });',
      'test("x", (t, done) => { f(done); done(); });',
      'test("x", async (t) => { await t.test("y", () => { assert.ok(f()); }); });',
    ],
  },
  {
    id: 'js-tautology',
    ...ITEM,
    message:
      'An assertion holds whatever the code does; compare what the code answers with what is expected.',
    find: tautologies,
    bad: [
      'test("x", () => { expect(true).toBe(true); });',
      'test("x", () => { assert.ok(true); });',
      'test("x", () => { assert.equal(1, 1); });',
      'test("x", () => { const r = f(); expect(r).toEqual(r); });',
    ],
    good: [
      'test("x", () => { expect(f()).toBe(true); });',
      'test("x", () => { assert.equal(f(), 1); });',
      'test("x", () => { expect(next()).toEqual(next()); });',
    ],
  },
  {
    id: 'js-test-only',
    ...ITEM,
    message: 'With `only`, all other tests are left out; take it away.',
    find: (file) => switches(file, 'only'),
    bad: [
      'it.only("x", () => { expect(f()).toBe(1); });',
      'describe.only("x", () => {});',
      'fit("x", () => {});',
      'test("x", { only: true }, () => {});',
    ],
    good: ['it("x", () => { expect(f()).toBe(1); });', 'knex("t").only("x");'],
  },
  {
    id: 'js-test-skipped',
    ...ITEM,
    message: 'A test is skipped; mend it, or say on what condition it runs.',
    find: (file) => switches(file, 'skip'),
    bad: [
      'it.skip("x", () => { expect(f()).toBe(1); });',
      'xdescribe("x", () => {});',
      'test("x", { skip: true }, () => {});',
      'test("x", { skip: "flaky" }, () => {});',
    ],
    good: [
      'it("x", () => { expect(f()).toBe(1); });',
      'test("x", { skip: !hasDocker }, () => {});',
      '(hasDocker ? test : test.skip)("x", () => { expect(1).toBe(f()); });',
      'query.skip(10);',
    ],
  },
];

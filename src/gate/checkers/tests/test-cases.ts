import type { SgNode } from '@ast-grep/napi';
import { languageOf, parseSource } from '../source/engine/languages';

/** One test as its source spells it. */
export interface TestCase {
  readonly title: string;
  readonly line: number;
  /** Its code; empty for one without. */
  readonly body: string;
  readonly skipped: boolean;
  /** Keeps every other test of its file from running. */
  readonly only: boolean;
}

const JS_TEST = /^(?:test|it|specify|xit|xtest|fit|(?:t|suite|QUnit)\.test)((?:\.\w+(?:\([\s\S]*\))?)*)$/;
const JS_GROUP = /^(?:describe|suite|context|xdescribe|fdescribe)((?:\.\w+(?:\([\s\S]*\))?)*)$/;
const PY_SKIP = /^@(?:pytest\.mark\.skip|unittest\.skip)\b(?!if|unless|If|Unless)/;

/** The tests of a file, in its order; nothing for a language without rules. */
export function testCasesOf(path: string, text: string): TestCase[] {
  switch (languageOf(path)) {
    case 'javascript':
      return javascriptTests(parseSource(path, text));
    case 'python':
      return pythonTests(parseSource(path, text));
    case 'java':
      return javaTests(parseSource(path, text));
    case null:
      return [];
  }
}

function javascriptTests(root: SgNode): TestCase[] {
  return root.findAll({ rule: { kind: 'call_expression' } }).flatMap((call): TestCase[] => {
    const callee = call.field('function')?.text() ?? '';
    const test = JS_TEST.exec(callee);
    const group = test === null ? JS_GROUP.exec(callee) : null;
    const args = (call.field('arguments')?.namedChildren() ?? []).filter(
      (node) => String(node.kind()) !== 'comment',
    );
    const [first] = args;
    if ((test === null && group === null) || first === undefined) return [];
    const chain = (test ?? group)?.[1] ?? '';
    const options = args.find((node) => node.kind() === 'object')?.text() ?? '';
    const skipped =
      /\.(?:skip|todo)\b(?!If)/.test(chain) ||
      callee.startsWith('x') ||
      /\bskip: *(?:true|['"`])/.test(options);
    const only = /\.only\b/.test(chain) || callee.startsWith('f') || /\bonly: *true/.test(options);
    const code = args.find((node) => String(node.kind()).includes('function'));
    if (group !== null && !skipped && !only) return [];
    // `test(someFunction)`: what it does cannot be seen here.
    if (code === undefined && !skipped && !only) return [];
    const isText = String(first.kind()).includes('string');
    return [
      {
        title: isText ? first.text().slice(1, -1) : (partOf(code, 'name') ?? 'without a title'),
        line: call.range().start.line + 1,
        body: group === null ? (partOf(code, 'body') ?? '') : '',
        skipped,
        only,
      },
    ];
  });
}

function partOf(code: SgNode | undefined, field: string): string | undefined {
  const part: SgNode | null = code === undefined ? null : code.field(field);
  return part?.text();
}

function pythonTests(root: SgNode): TestCase[] {
  return root
    .findAll({ rule: { kind: 'function_definition', regex: '^(?:async )?def test' } })
    .map((node) => {
      const parent = node.parent();
      const decorators =
        parent?.kind() === 'decorated_definition' ? parent.children().map((child) => child.text()) : [];
      return {
        title: node.field('name')?.text() ?? '',
        line: node.range().start.line + 1,
        body: node.field('body')?.text() ?? '',
        skipped: decorators.some((text) => PY_SKIP.test(text)),
        only: false,
      };
    });
}

function javaTests(root: SgNode): TestCase[] {
  return root.findAll({ rule: { kind: 'method_declaration' } }).flatMap((node): TestCase[] => {
    const modifiers =
      node
        .children()
        .find((child) => child.kind() === 'modifiers')
        ?.text() ?? '';
    if (!/@(?:\w*Test|TestFactory)\b/.test(modifiers)) return [];
    return [
      {
        title: node.field('name')?.text() ?? '',
        line: node.range().start.line + 1,
        body: node.field('body')?.text() ?? '',
        skipped: /@(?:[\w.]+\.)?(?:Disabled|Ignore)\b(?!For|If|On)/.test(modifiers),
        only: false,
      },
    ];
  });
}

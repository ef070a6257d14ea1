import type { SgNode } from '@ast-grep/napi';
import { type Language, languageOf, parseSource } from '../source/engine/languages';
import type { TestCase } from './test-cases';

const ASSERTION =
  /\bassert|\bexpect|\bshould\b|\brejects\b|\bthrows\b|\bverify|\bensure|\bcheck[A-Z_(]|\bfail\(|\bpytest\.(?:raises|warns|fail|approx)|\bself\.fail|\bt\.(?:is|ok|equal|deep\w*|same|match\w*|throws\w*|true|false|truthy|falsy|not\w*|pass|fail|plan|snapshot|regex|like|end|has\w*|strict\w*|rejects|resolves)\b|\b(?:ok|equal|deepEqual|strictEqual|deepStrictEqual|notEqual|match|doesNotThrow|doesNotReject|doesNotMatch|notStrictEqual)\(|\.andExpect|\.statusCode\(|\bhasSize\(|\bStepVerifier\b|\bawaitility\b|\bawait\(\)|\bexpectNo\w*|\bthrow new\b|\braise\b/i;

/** Titles that promise no more than that nothing breaks: running to the end is their assertion. */
const RUNS_THROUGH =
  /\b(?:not|never|without|no)\b.*\b(?:throw|crash|fail|error|raise|hang|break|complain)|\bsmoke\b|\bcompiles?\b|\b(?:loads|starts|boots)\b|context_?loads|does_?n.?t_|\btolerates?\b|\bis safe\b|\baccepts?\b|idempotent/i;

/** Names of functions of test files that assert something, by themselves or through one another. */
export function assertingHelpers(
  files: readonly { readonly path: string; readonly text: string }[],
): ReadonlySet<string> {
  const functions = files.flatMap(({ path, text }) => functionsOf(path, text));
  const asserting = new Set(functions.filter(({ body }) => ASSERTION.test(body)).map(({ name }) => name));
  for (let size = -1; size !== asserting.size;) {
    size = asserting.size;
    for (const { name, body } of functions) if (calls(body, asserting)) asserting.add(name);
  }
  return asserting;
}

/** Whether a test that runs could never fail for what it looks at. */
export function assertsNothing(test: TestCase, helpers: ReadonlySet<string>): boolean {
  if (test.skipped || test.body === '') return false;
  if (RUNS_THROUGH.test(test.title.replace(/_/g, ' '))) return false;
  return !ASSERTION.test(test.body) && !calls(test.body, helpers);
}

function calls(body: string, names: ReadonlySet<string>): boolean {
  return [...body.matchAll(/\b(\w+)\s*\(/g)].some(([, name = '']) => names.has(name));
}

/** A grammar refuses kinds it does not have. */
const DECLARATIONS: Readonly<Record<Language, readonly string[]>> = {
  javascript: ['function_declaration', 'method_definition'],
  python: ['function_definition'],
  java: ['method_declaration'],
};

function functionsOf(path: string, text: string): { readonly name: string; readonly body: string }[] {
  const language = languageOf(path);
  if (language === null) return [];
  const root = parseSource(path, text);
  const declared = root
    .findAll({ rule: { any: DECLARATIONS[language].map((kind) => ({ kind })) } })
    .map((node) => ({ name: node.field('name')?.text() ?? '', body: node.field('body')?.text() ?? '' }));
  const assigned = language === 'javascript' ? assignedFunctions(root) : [];
  return [...declared, ...assigned].filter(({ name }) => name !== '' && !name.startsWith('test'));
}

function assignedFunctions(root: SgNode): { readonly name: string; readonly body: string }[] {
  return root.findAll({ rule: { kind: 'variable_declarator' } }).flatMap((node) => {
    const value = node.field('value');
    return value !== null && String(value.kind()).includes('function')
      ? [{ name: node.field('name')?.text() ?? '', body: value.text() }]
      : [];
  });
}

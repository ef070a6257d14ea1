import type { SgNode } from '@ast-grep/napi';
import { type Language, languageOf, parseSource } from './languages';
import { collectNames, type Names } from './names';

/** A call or the making of an object, the same for every language. */
export interface Call {
  readonly node: SgNode;
  /** Offsets of the node in the text. */
  readonly start: number;
  readonly end: number;
  /** Last part of what is called: `query` of `this.db.query(…)`. */
  readonly name: string;
  /** What stands before the last dot; null for a plain function. */
  readonly receiver: SgNode | null;
  /** The text before the parentheses, without white space. */
  readonly callee: string;
  /** Positional arguments and values of keyword arguments. */
  readonly args: readonly SgNode[];
  /** Keyword arguments by name (Python). */
  readonly keywords: ReadonlyMap<string, SgNode>;
}

/** What rules may ask of the project around a file. */
export interface Project {
  /** Ranges of Node dependencies by name. */
  readonly dependencies: ReadonlyMap<string, string>;
  /** Functions and methods that are asynchronous wherever the project defines one of that name (JavaScript). */
  readonly asyncNames: ReadonlySet<string>;
  /** Some source looks like an Express error middleware. */
  readonly handlesErrors: boolean;
}

/** A source file as rules see it. */
export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly language: Language;
  readonly root: SgNode;
  readonly project: Project;
  calls(): readonly Call[];
  names(): Names;
  /** Nodes of these kinds, in the order of the text. */
  all(...kinds: readonly string[]): readonly SgNode[];
}

const CALL_KINDS: Readonly<Record<Language, readonly string[]>> = {
  javascript: ['call_expression', 'new_expression'],
  python: ['call'],
  java: ['method_invocation', 'object_creation_expression'],
};

/** Parses a file for the rules. */
export function parseFile(path: string, text: string, project: Project): ParsedFile {
  const language = languageOf(path);
  if (language === null) throw new Error(`There are no rules for ${path}.`);
  const root = parseSource(path, text);
  let calls: readonly Call[] | undefined;
  let names: Names | undefined;
  const all = (...kinds: readonly string[]): readonly SgNode[] =>
    root.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } });
  const file: ParsedFile = {
    path,
    text,
    language,
    root,
    project,
    all,
    calls: () => (calls ??= all(...CALL_KINDS[language]).flatMap((node) => callOf(node) ?? [])),
    names: () => (names ??= collectNames(file)),
  };
  return file;
}

/** A node as a call; null where it is none, or a tagged template. */
export function callOf(node: SgNode): Call | null {
  const kind = node.kind();
  const callee = kind === 'method_invocation' ? node.field('name') : calleeOf(node, String(kind));
  const list = node.field('arguments');
  if (callee === null || (list !== null && list.kind() === 'template_string')) return null;
  const receiver = kind === 'method_invocation' ? node.field('object') : callee.field('object');
  const given = (list?.namedChildren() ?? []).filter((child) => !String(child.kind()).includes('comment'));
  const keywords = new Map<string, SgNode>();
  const args = given.map((child) => {
    const value = child.kind() === 'keyword_argument' ? child.field('value') : null;
    if (value === null) return child;
    keywords.set(child.field('name')?.text() ?? '', value);
    return value;
  });
  const own = callee.field('property') ?? callee.field('attribute') ?? callee;
  const text =
    kind === 'method_invocation' && receiver !== null ? `${receiver.text()}.${callee.text()}` : callee.text();
  const { start, end } = node.range();
  return {
    node,
    start: start.index,
    end: end.index,
    name: own.text(),
    receiver,
    callee: text.replace(/\s+/g, ''),
    args,
    keywords,
  };
}

function calleeOf(node: SgNode, kind: string): SgNode | null {
  switch (kind) {
    case 'call_expression':
    case 'call':
      return node.field('function');
    case 'new_expression':
      return node.field('constructor');
    case 'object_creation_expression':
      return node.field('type');
    default:
      return null;
  }
}

/** A field of a node that may not be there itself; the library's own types lose the null on the way. */
export function fieldOf(node: SgNode | null | undefined, name: string): SgNode | null {
  return node === null || node === undefined ? null : node.field(name);
}

const FUNCTIONS =
  /^(?:function_declaration|function_expression|function|generator_function(?:_declaration)?|arrow_function|method_definition|function_definition|lambda|method_declaration|constructor_declaration|lambda_expression)$/;

export function isFunction(node: SgNode): boolean {
  return FUNCTIONS.test(String(node.kind()));
}

/** The innermost function a node is in; null at the top of the file. */
export function functionAround(node: SgNode): SgNode | null {
  return node.ancestors().find(isFunction) ?? null;
}

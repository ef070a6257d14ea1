import type { SgNode } from '@ast-grep/napi';
import { type Call, fieldOf, functionAround, isFunction, type ParsedFile } from '../engine/parsed-file';
import { unwrap } from '../engine/shape';

/** Nodes of calls for which the test holds. */
export function callsWhere(file: ParsedFile, test: (call: Call) => boolean): SgNode[] {
  return file
    .calls()
    .filter(test)
    .map(({ node }) => node);
}

/** Statements of a block, comments left out. */
export function statementsOf(block: SgNode | null): readonly SgNode[] {
  return block?.namedChildren().filter((child) => !isComment(child)) ?? [];
}

function isComment(node: SgNode): boolean {
  return String(node.kind()).includes('comment');
}

/** Whether a block holds nothing, not even a comment that says why. */
export function isBare(block: SgNode | null): boolean {
  return block !== null && block.namedChildren().length === 0;
}

/** Every kind of node inside `node` for which the test holds, `node` itself included. */
export function descendants(node: SgNode, ...kinds: readonly string[]): readonly SgNode[] {
  return node.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } });
}

/** The value of a name with one definition, as far as this file tells; the node itself otherwise. */
export function valueOf(file: ParsedFile, node: SgNode): SgNode {
  const inner = unwrap(node);
  if (inner.kind() !== 'identifier') return inner;
  const [only, ...more] = file.names().resolve(inner.text(), inner);
  return only?.kind === 'value' && more.length === 0 ? unwrap(only.value) : inner;
}

/** Value of a property of an object literal, names in quotes or not. */
export function propertyOf(object: SgNode | undefined, name: RegExp): SgNode | null {
  if (object?.kind() !== 'object' && object?.kind() !== 'dictionary') return null;
  const pair = object.namedChildren().find((child) => name.test(unquote(child.field('key')?.text() ?? '')));
  return pair?.field('value') ?? null;
}

export function unquote(text: string): string {
  return text.replace(/^[rbuf]*(["'`])([\s\S]*)\1$/i, '$2');
}

/** Text of a string literal; null where it is none, or has parts that are no constants. */
export function literalOf(node: SgNode | null | undefined): string | null {
  if (node === null || node === undefined) return null;
  const inner = unwrap(node);
  if (!/^(?:string|template_string|string_literal)$/.test(String(inner.kind()))) return null;
  const hasParts = inner.children().some((child) => /substitution|interpolation/.test(String(child.kind())));
  return hasParts ? null : unquote(inner.text());
}

/** The function a node stands in directly is asynchronous. */
export function isAsync(node: SgNode | null): boolean {
  return (
    node !== null &&
    isFunction(node) &&
    /^(?:(?:public|private|protected|static|override|export|default)\s+)*async\b/.test(node.text())
  );
}

/** Nearest enclosing function, and whether it is asynchronous. */
export function isInAsync(node: SgNode): boolean {
  return isAsync(functionAround(node));
}

/** Name of a function: its own, of the variable or the property it is given to. */
export function nameOf(node: SgNode): string {
  const parent = node.parent();
  return (
    node.field('name')?.text() ?? fieldOf(parent, 'name')?.text() ?? fieldOf(parent, 'key')?.text() ?? ''
  );
}

/** Whether `node` is inside `outer`, or is it. */
export function isWithin(node: SgNode, outer: SgNode): boolean {
  const { start, end } = node.range();
  const around = outer.range();
  return start.index >= around.start.index && end.index <= around.end.index;
}

/** Calls of a file inside `outer`. */
export function callsWithin(file: ParsedFile, outer: SgNode): readonly Call[] {
  const { start, end } = outer.range();
  return file.calls().filter((call) => call.start >= start.index && call.end <= end.index);
}

/** The annotations of a Java declaration, with its other modifiers; empty without any. */
export function annotationsOf(node: SgNode): string {
  return (
    node
      .children()
      .find((child) => child.kind() === 'modifiers')
      ?.text() ?? ''
  );
}

/** The text of the function a node is in; of the whole file outside of functions. */
export const around = (node: SgNode, file: ParsedFile): string => (functionAround(node) ?? file.root).text();

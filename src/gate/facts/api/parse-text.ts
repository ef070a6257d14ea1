import { LineCounter, isCollection, isMap, isPair, isScalar, parseDocument, type Document } from 'yaml';
import { errorMessageOf } from '../../../config/error-code';
import { SpecProblem } from './spec-problem';

/** Steps from the root of a document to a place in it. */
export type Steps = readonly (string | number)[];

/** One file of a description, parsed. */
export interface ParsedText {
  readonly value: unknown;
  /** Line of the place, or of the nearest place above it that the file has; counted from 1. */
  lineOf(steps: Steps): number;
}

/**
 * Parses YAML or JSON. Aliases that multiply, and nesting too deep for the stack, are errors of the text.
 * @throws SpecProblem when the text cannot be read
 */
export function parseText(source: string, text: string): ParsedText {
  const value = isJson(text) ? parseJson(text) : undefined;
  if (value !== undefined) {
    checkExtent(source, value);
    let tree: ParsedText | undefined;
    // Lines are asked for only where something is wrong.
    return { value, lineOf: (steps) => (tree ??= parseYaml(source, text)).lineOf(steps) };
  }
  return parseYaml(source, text);
}

const DEEPEST = 200;
const MOST_NODES = 2_000_000;

const isJson = (text: string): boolean => /^\s*[[{]/.test(text.slice(0, 1000));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // a flow map of YAML begins like JSON, and its errors come with a line
  }
}

function parseYaml(source: string, text: string): ParsedText {
  const lines = new LineCounter();
  const refuse = (reason: string): SpecProblem =>
    new SpecProblem('unreadable', `${source} cannot be read: ${reason.slice(0, 300)}`, source);
  let document: Document;
  let value: unknown;
  try {
    // Looking for equal keys takes the square of the time in large maps.
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' });
    const [error] = document.errors;
    if (error !== undefined) throw refuse(error.message.split('\n')[0] ?? error.code);
    value = document.toJS();
  } catch (error) {
    throw error instanceof SpecProblem ? error : refuse(errorMessageOf(error));
  }
  checkExtent(source, value);
  return { value, lineOf: (steps) => lines.linePos(offsetOf(document.contents, steps)).line || 1 };
}

/** Refuses what would never end, or not soon: a value in itself, far too deep, or multiplied by aliases. */
function checkExtent(source: string, root: unknown): void {
  const refuse = (reason: string): SpecProblem =>
    new SpecProblem('unreadable', `${source} cannot be read: ${reason}`, source);
  const sizes = new Map<object, number>();
  const sizeOf = (value: unknown, depth: number): number => {
    if (typeof value !== 'object' || value === null) return 1;
    const known = sizes.get(value);
    if (known === Infinity) throw refuse('an alias stands in the very value it names');
    if (known !== undefined) return known;
    if (depth > DEEPEST) throw refuse(`it is nested more than ${String(DEEPEST)} deep`);
    sizes.set(value, Infinity);
    let size = 1;
    for (const child of Object.values(value)) size += sizeOf(child, depth + 1);
    if (size > MOST_NODES) throw refuse('aliases make it too large');
    sizes.set(value, size);
    return size;
  };
  sizeOf(root, 0);
}

function offsetOf(root: unknown, steps: Steps): number {
  let offset = 0;
  let node = root;
  for (const step of steps) {
    if (!isCollection(node)) break;
    const child: unknown = node.items.find((item, index) =>
      isPair(item) ? isScalar(item.key) && String(item.key.value) === String(step) : index === Number(step),
    );
    if (child === undefined) break;
    offset = startOf(isPair(child) ? child.key : child) ?? offset;
    node = isPair(child) && isMap(node) ? child.value : child;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}

import type { SgNode } from '@ast-grep/napi';
import type { Language } from './languages';
import { type Call, callOf } from './parsed-file';

/** What an expression is made of, the same for every language. */
export type Shape =
  | { readonly kind: 'constant'; readonly text: string }
  /** Text put together: literal pieces and the expressions between them. */
  | { readonly kind: 'composite'; readonly parts: readonly (string | SgNode)[] }
  /** One of these, or all of these one after the other. */
  | { readonly kind: 'choice'; readonly options: readonly SgNode[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly object: SgNode; readonly root: string }
  | { readonly kind: 'lookup'; readonly object: SgNode }
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'other' };

const OTHER: Shape = { kind: 'other' };

const WRAPPERS =
  /^(?:parenthesized_expression|await_expression|await|as_expression|satisfies_expression|non_null_expression|cast_expression|type_assertion|expression_statement|spread_element)$/;
const CONSTANTS =
  /^(?:number|true|false|null|undefined|none|integer|float|regex|decimal_integer_literal|decimal_floating_point_literal|null_literal|character_literal|class_literal)$/;

/** The expression inside parentheses, `await`, casts and type assertions. */
export function unwrap(node: SgNode): SgNode {
  if (!WRAPPERS.test(String(node.kind()))) return node;
  const inner = node.field('value') ?? node.namedChildren()[0];
  return inner === undefined ? node : unwrap(inner);
}

export function shapeOf(wrapped: SgNode, language: Language): Shape {
  const node = unwrap(wrapped);
  const kind = String(node.kind());
  if (CONSTANTS.test(kind)) return { kind: 'constant', text: node.text() };
  switch (kind) {
    case 'string':
    case 'template_string':
    case 'string_literal':
    case 'concatenated_string':
      return shapeOfString(node);
    case 'binary_expression':
    case 'binary_operator':
      return shapeOfBinary(node);
    case 'ternary_expression':
    case 'conditional_expression': {
      const [first, second, third] = node.namedChildren();
      const options = language === 'python' ? [first, third] : [second, third];
      return { kind: 'choice', options: options.filter((option) => option !== undefined) };
    }
    case 'boolean_operator':
      return { kind: 'choice', options: node.namedChildren() };
    case 'array':
    case 'list':
    case 'tuple':
    case 'set':
    case 'array_initializer':
      return { kind: 'choice', options: node.namedChildren() };
    case 'object':
    case 'dictionary':
      return { kind: 'choice', options: node.namedChildren().map((pair) => pair.field('value') ?? pair) };
    case 'list_comprehension':
    case 'generator_expression':
      return { kind: 'choice', options: [node.field('body')].filter((body) => body !== null) };
    case 'unary_expression':
    case 'unary_operator':
    case 'update_expression':
    case 'not_operator':
      return { kind: 'constant', text: '' };
    case 'identifier':
    case 'shorthand_property_identifier':
      return { kind: 'name', name: node.text() };
    case 'this':
    case 'super':
      return { kind: 'name', name: 'this' };
    case 'member_expression':
    case 'attribute':
    case 'field_access': {
      const object = node.field('object');
      return object === null ? OTHER : { kind: 'member', object, root: rootOf(node) };
    }
    case 'subscript_expression':
    case 'subscript':
    case 'array_access': {
      const object = node.field('object') ?? node.field('value') ?? node.field('array');
      return object === null ? OTHER : { kind: 'lookup', object };
    }
    default: {
      const call = callOf(node);
      return call === null ? OTHER : shapeOfCall(call, language);
    }
  }
}

/** Leftmost name of a chain: `req` of `req.query.name.trim()`. */
export function rootOf(node: SgNode): string {
  const object =
    node.field('object') ?? node.field('function') ?? node.field('value') ?? node.field('array') ?? null;
  return object === null ? node.text() : rootOf(object);
}

function shapeOfString(node: SgNode): Shape {
  const parts = node.children().flatMap((child): (string | SgNode)[] => {
    const kind = String(child.kind());
    if (kind === 'template_substitution' || kind === 'interpolation')
      return child.namedChildren().slice(0, 1);
    if (/^(?:string|string_literal)$/.test(kind)) {
      const shape = shapeOfString(child);
      return shape.kind === 'composite' ? [...shape.parts] : [shape.kind === 'constant' ? shape.text : ''];
    }
    // The quotes themselves are no part of the text.
    return child.isNamed() && !/^string_(?:start|end)$/.test(kind) ? [child.text()] : [];
  });
  return parts.every((part) => typeof part === 'string')
    ? { kind: 'constant', text: parts.join('') }
    : { kind: 'composite', parts };
}

function shapeOfBinary(node: SgNode): Shape {
  const operator = node.field('operator')?.text() ?? node.children()[1]?.text();
  const [left, right] = [node.field('left'), node.field('right')];
  if (left === null || right === null) return OTHER;
  if (operator === '||' || operator === '??') return { kind: 'choice', options: [left, right] };
  if (operator === '&&') return { kind: 'choice', options: [right] };
  if (operator === '%' && String(unwrap(left).kind()).includes('string')) {
    return format(unwrap(left), valuesOf(right), /%[-0-9.]*[sdrif]|%\(\w+\)[sdr]/);
  }
  if (operator !== '+') return { kind: 'constant', text: '' };
  const parts = [...piecesOf(left), ...piecesOf(right)];
  return { kind: 'composite', parts };
}

/** One side of a `+`, taken apart when it is text put together itself. */
function piecesOf(wrapped: SgNode): (string | SgNode)[] {
  const node = unwrap(wrapped);
  if (String(node.kind()).startsWith('binary_')) {
    const shape = shapeOfBinary(node);
    return shape.kind === 'composite' ? [...shape.parts] : [node];
  }
  if (String(node.kind()).includes('string')) {
    const shape = shapeOfString(node);
    return shape.kind === 'composite' ? [...shape.parts] : [shape.kind === 'constant' ? shape.text : ''];
  }
  return [node];
}

function shapeOfCall(call: Call, language: Language): Shape {
  const { receiver, name, args } = call;
  const literal =
    receiver !== null && String(unwrap(receiver).kind()).includes('string') ? unwrap(receiver) : null;
  if (literal !== null && (name === 'format' || name === 'formatted') && language !== 'javascript') {
    return format(literal, args, name === 'format' ? /\{[^}]*\}/ : /%[-0-9.]*[a-zA-Z]/);
  }
  if (literal !== null && name === 'concat') {
    return { kind: 'composite', parts: [...piecesOf(literal), ...args.flatMap(piecesOf)] };
  }
  const [first, ...rest] = args;
  const isFormat = call.callee === 'String.format' || /(?:^|\.)(?:util\.)?format$/.test(call.callee);
  if (
    isFormat &&
    language !== 'python' &&
    first !== undefined &&
    String(unwrap(first).kind()).includes('string')
  ) {
    return format(unwrap(first), rest, /%[-0-9.]*[a-zA-Z]/);
  }
  return { kind: 'call', call };
}

function valuesOf(node: SgNode): readonly SgNode[] {
  const inner = node.kind() === 'tuple' || node.kind() === 'dictionary' ? node : unwrap(node);
  if (inner.kind() === 'tuple') return inner.namedChildren();
  if (inner.kind() === 'dictionary') return inner.namedChildren().map((pair) => pair.field('value') ?? pair);
  return [inner];
}

/** A format string and its values, put together; more values than places follow at the end. */
function format(template: SgNode, values: readonly SgNode[], place: RegExp): Shape {
  const shape = shapeOfString(template);
  const text = shape.kind === 'constant' ? shape.text : template.text();
  const pieces = text.split(new RegExp(place.source, 'g'));
  const parts: (string | SgNode)[] = [];
  pieces.forEach((piece, at) => {
    parts.push(piece);
    const value = values[at];
    if (value !== undefined && at < pieces.length - 1) parts.push(value);
  });
  return { kind: 'composite', parts: [...parts, ...values.slice(Math.max(0, pieces.length - 1))] };
}

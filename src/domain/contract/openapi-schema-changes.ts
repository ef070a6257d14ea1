import { isRecord, listOf, recordOf, type JsonRecord, type Resolve } from './openapi-document';

/** Requests may accept more than before, responses may hold more than before; not less. */
export type Side = 'request' | 'response';

/** Deeper schemas are not compared. */
const MAX_DEPTH = 50;
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'] as const;
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'] as const;

/**
 * Compares two JSON schemas and tells what breaks. A pair that was compared before on the same side is not told again,
 * which also ends schemas that hold themselves.
 */
export function schemaChanges(
  resolvers: { readonly before: Resolve; readonly after: Resolve },
  tell: (place: string, what: string) => unknown,
): (side: Side, place: string, before: unknown, after: unknown) => void {
  const seen = new Map<object, Set<string>>();
  const numbers = new Map<object, number>();
  const met = (side: Side, before: object, after: object): boolean => {
    const number = numbers.get(after) ?? numbers.size;
    numbers.set(after, number);
    const pairs = seen.get(before) ?? new Set();
    seen.set(before, pairs);
    const key = `${side} ${number}`;
    return pairs.has(key) || !pairs.add(key);
  };

  const compare = (side: Side, place: string, before: unknown, after: unknown, depth: number): void => {
    const [from, to] = [resolvers.before(before), resolvers.after(after)];
    if (depth > MAX_DEPTH || !isRecord(before) || !isRecord(after) || met(side, from, to)) return;
    const here = flat(resolvers.before, from);
    const there = flat(resolvers.after, to);
    compareTypes(side, place, here, there, tell);
    if (side === 'request') compareLimits(place, here, there, tell);
    const deeper = (step: string, a: unknown, b: unknown): void =>
      compare(side, `${place} ${step}`, a, b, depth + 1);
    compareProperties(side, place, { here, there, resolvers }, tell, deeper);
    if (here['items'] !== undefined) deeper('items', here['items'], there['items']);
    if (isRecord(here['additionalProperties']))
      deeper('values', here['additionalProperties'], there['additionalProperties']);
    compareAlternatives(side, place, here, there, tell, deeper);
  };
  return (side, place, before, after) => compare(side, place, before, after, 0);
}

/** A schema with what it is made of by `allOf`. */
function flat(resolve: Resolve, schema: JsonRecord, depth = 0): JsonRecord {
  if (!Array.isArray(schema['allOf']) || depth > MAX_DEPTH) return schema;
  const { allOf, ...own } = schema;
  return [own, ...listOf(allOf).map((part) => flat(resolve, resolve(part), depth + 1))].reduce<JsonRecord>(
    (whole, part) => ({
      ...part,
      ...whole,
      properties: { ...recordOf(part['properties']), ...recordOf(whole['properties']) },
      required: [...listOf(whole['required']), ...listOf(part['required'])],
    }),
    {},
  );
}

function typesOf(schema: JsonRecord): string[] {
  const named = Array.isArray(schema['type']) ? listOf(schema['type']) : [schema['type']];
  const types = named.filter((type) => typeof type === 'string');
  return schema['nullable'] === true && types.length > 0 ? [...types, 'null'] : types;
}

/** Types of `some` that `all` does not take in; every integer is a number. */
const missing = (some: readonly string[], all: readonly string[]): string[] =>
  some.filter((type) => !all.includes(type) && !(type === 'integer' && all.includes('number')));

function compareTypes(
  side: Side,
  place: string,
  here: JsonRecord,
  there: JsonRecord,
  tell: (place: string, what: string) => unknown,
): void {
  const [before, after] = [typesOf(here), typesOf(there)];
  if (before.length === 0 || after.length === 0) return;
  const lost = side === 'request' ? missing(before, after) : missing(after, before);
  if (lost.length > 0) tell(place, `the type was ${before.join(' or ')} and is ${after.join(' or ')}`);
}

function compareLimits(
  place: string,
  here: JsonRecord,
  there: JsonRecord,
  tell: (place: string, what: string) => unknown,
): void {
  if (Array.isArray(there['enum'])) {
    const allowed = new Set(listOf(there['enum']).map((value) => JSON.stringify(value)));
    const lost = listOf(here['enum'])
      .map((value) => JSON.stringify(value))
      .filter((value) => !allowed.has(value));
    if (!Array.isArray(here['enum'])) tell(place, `takes only ${[...allowed].join(', ')} now`);
    else if (lost.length > 0) tell(place, `no longer takes ${lost.join(', ')}`);
  }
  const narrower = (key: string, tighter: (now: number, before: number) => boolean): void => {
    const [before, now] = [here[key], there[key]];
    if (typeof now !== 'number' || now === before) return;
    if (typeof before !== 'number') tell(place, `${key} is ${now} now, and was not limited`);
    else if (tighter(now, before)) tell(place, `${key} was ${before} and is ${now}`);
  };
  for (const key of UPPER) narrower(key, (now, before) => now < before);
  for (const key of LOWER) {
    // Lengths and counts are 0 at least anyway.
    if (there[key] !== 0 || !key.startsWith('min') || key === 'minimum')
      narrower(key, (now, before) => now > before);
  }
}

function compareProperties(
  side: Side,
  place: string,
  pair: {
    readonly here: JsonRecord;
    readonly there: JsonRecord;
    readonly resolvers: { readonly before: Resolve; readonly after: Resolve };
  },
  tell: (place: string, what: string) => unknown,
  deeper: (step: string, before: unknown, after: unknown) => void,
): void {
  const { here, there, resolvers } = pair;
  const [before, after] = [recordOf(here['properties']), recordOf(there['properties'])];
  const wasRequired = new Set(listOf(here['required']));
  const isRequired = new Set(listOf(there['required']));
  const elsewhere = side === 'request' ? 'readOnly' : 'writeOnly';
  for (const [name, schema] of Object.entries(before)) {
    if (resolvers.before(schema)[elsewhere] === true) continue;
    if (Object.hasOwn(after, name)) {
      deeper(name, schema, after[name]);
      if (side === 'response' && wasRequired.has(name) && !isRequired.has(name))
        tell(place, `property ${name} is not always there any more`);
    } else if (side === 'response') tell(place, `property ${name} is gone`);
    else if (there['additionalProperties'] === false) tell(place, `property ${name} is refused now`);
  }
  if (side === 'response') return;
  for (const name of isRequired) {
    if (typeof name !== 'string' || wasRequired.has(name)) continue;
    if (resolvers.after(after[name])['readOnly'] !== true) tell(place, `requires property ${name} now`);
  }
}

function compareAlternatives(
  side: Side,
  place: string,
  here: JsonRecord,
  there: JsonRecord,
  tell: (place: string, what: string) => unknown,
  deeper: (step: string, before: unknown, after: unknown) => void,
): void {
  for (const key of ['oneOf', 'anyOf']) {
    const [before, after] = [listOf(here[key]), listOf(there[key])];
    if (after.length === 0) continue;
    before.forEach((variant, index) => {
      const name = recordOf(variant)['$ref'];
      const match =
        typeof name === 'string' ? after.find((other) => recordOf(other)['$ref'] === name) : after[index];
      const label = typeof name === 'string' ? (name.split('/').at(-1) ?? name) : `${key} ${index + 1}`;
      if (match !== undefined) deeper(label, variant, match);
      else if (side === 'request') tell(place, `no longer takes ${label}`);
    });
  }
}

import { sample } from 'openapi-sampler';
import {
  createResolver,
  isRecord,
  listOf,
  recordOf,
  type JsonRecord,
  type Resolve,
} from '../../domain/contract/openapi-document';

/** An example of a body, by its name in the spec; a sample made from the schema has none. */
export interface NamedExample {
  readonly name: string | null;
  readonly value: unknown;
}

/** Makes samples of the schemas of one document; equal schemas are sampled once. */
export interface Sampler {
  readonly document: JsonRecord;
  readonly resolve: Resolve;
  sample(schema: JsonRecord, side: 'request' | 'response'): unknown;
}

const DEEPEST_SAMPLE = 12;
/** In nodes: of one sample, of all that are made of a document, and of one after that. */
const LARGEST_SAMPLE = 1000;
const MOST_SAMPLED = 200_000;
const LARGEST_AFTER = 20;

export function createSampler(document: JsonRecord): Sampler {
  const resolve = createResolver(document);
  const sizeAt = createSizes(resolve);
  const known = { request: new Map<JsonRecord, unknown>(), response: new Map<JsonRecord, unknown>() };
  let left = MOST_SAMPLED;
  return {
    document,
    resolve,
    sample: (schema, side) => {
      const at = resolve(schema);
      if (known[side].has(at)) return known[side].get(at);
      const most = left > 0 ? LARGEST_SAMPLE : LARGEST_AFTER;
      let depth = DEEPEST_SAMPLE;
      while (depth > 0 && sizeAt(at, depth) > most) depth -= 1;
      left -= sizeAt(at, depth);
      const made = depth === 0 ? undefined : sampled(schema, side, depth, document);
      known[side].set(at, made);
      return made;
    },
  };
}

/**
 * Examples of a media type: those of the spec, else one sampled from its schema; empty: neither can be had. What is
 * sampled is the same for the same document.
 */
export function examplesOf(
  media: JsonRecord,
  side: 'request' | 'response',
  sampler: Sampler,
): readonly NamedExample[] {
  const named = Object.entries(recordOf(media['examples']))
    .map(([name, example]) => ({ name, value: sampler.resolve(example)['value'] }))
    .filter(({ value }) => value !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (named.length > 0) return named;
  if (media['example'] !== undefined) return [{ name: null, value: media['example'] }];
  if (!isRecord(media['schema'])) return [];
  const value = sampler.sample(media['schema'], side);
  return value === undefined ? [] : [{ name: null, value }];
}

function sampled(
  schema: JsonRecord,
  side: 'request' | 'response',
  depth: number,
  document: JsonRecord,
): unknown {
  try {
    return sample(
      schema,
      {
        quiet: true,
        maxSampleDepth: depth,
        ...(side === 'request' ? { skipReadOnly: true } : { skipWriteOnly: true }),
      },
      document,
    );
  } catch {
    return undefined; // it knows fewer keywords than JSON Schema has; a mock then answers without a body
  }
}

/** How many nodes a sample to a depth has at most: schemas that hold each other multiply with every level. */
function createSizes(resolve: Resolve): (schema: unknown, depth: number) => number {
  const known = new Map<JsonRecord, number[]>();
  const sizeAt = (schema: unknown, depth: number): number => {
    const at = resolve(schema);
    const sizes = known.get(at) ?? [];
    known.set(at, sizes);
    const found = sizes[depth];
    if (found !== undefined) return found;
    sizes[depth] = 1; // what holds itself on the same level
    const within = [...listOf(at['allOf']), ...listOf(at['oneOf']), ...listOf(at['anyOf'])];
    const below = [...Object.values(recordOf(at['properties'])), at['items'], at['additionalProperties']];
    const sum = (parts: readonly unknown[], level: number): number =>
      parts.filter(isRecord).reduce<number>((total, part) => total + sizeAt(part, level), 0);
    const size = 1 + sum(within, depth) + (depth === 0 ? 0 : sum(below, depth - 1));
    sizes[depth] = Math.min(size, Number.MAX_SAFE_INTEGER / 1e6);
    return sizes[depth];
  };
  return sizeAt;
}

import { sample } from 'openapi-sampler';
import { isRecord, listOf, recordOf, type JsonRecord, type Resolve } from '../../domain/openapi-document';

/** An example of a body, by its name in the spec; a sample made from the schema has none. */
export interface NamedExample {
  readonly name: string | null;
  readonly value: unknown;
}

const DEEPEST_SAMPLE = 12;
/** In nodes. */
const LARGEST_SAMPLE = 5000;

/**
 * Examples of a media type: those of the spec, else one sampled from its schema. Null: neither can be had. What is sampled
 * is the same for the same schema.
 */
export function examplesOf(
  media: JsonRecord,
  side: 'request' | 'response',
  spec: { readonly document: JsonRecord; readonly resolve: Resolve },
): readonly NamedExample[] {
  const named = Object.entries(recordOf(media['examples']))
    .map(([name, example]) => ({ name, value: spec.resolve(example)['value'] }))
    .filter(({ value }) => value !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (named.length > 0) return named;
  if (media['example'] !== undefined) return [{ name: null, value: media['example'] }];
  if (!isRecord(media['schema'])) return [];
  const value = sampled(media['schema'], side, spec);
  return value === undefined ? [] : [{ name: null, value }];
}

function sampled(
  schema: JsonRecord,
  side: 'request' | 'response',
  { document, resolve }: Parameters<typeof examplesOf>[2],
): unknown {
  const sizeAt = createSizes(resolve);
  let depth = DEEPEST_SAMPLE;
  while (depth > 0 && sizeAt(schema, depth) > LARGEST_SAMPLE) depth -= 1;
  if (depth === 0) return undefined;
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

/** An object of a parsed document. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const recordOf = (value: unknown): JsonRecord => (isRecord(value) ? value : {});

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : [];

/** Follows references; what is no object, or stands in another file, is an empty one. */
export type Resolve = (value: unknown) => JsonRecord;

/** References followed one after another at most: more are a circle. */
const MAX_HOPS = 20;

/** Follows the `$ref`s of one document. */
export function createResolver(document: unknown): Resolve {
  return (value) => {
    let at = recordOf(value);
    for (let hop = 0; typeof at['$ref'] === 'string'; hop += 1) {
      if (hop === MAX_HOPS || !at['$ref'].startsWith('#/')) return {};
      at = recordOf(pointedAt(document, at['$ref'].slice(2)));
    }
    return at;
  };
}

function pointedAt(document: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .map((step) => unescape(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (node, step) =>
        Array.isArray(node)
          ? (node as unknown[])[Number(step)]
          : isRecord(node) && Object.hasOwn(node, step)
            ? node[step]
            : undefined,
      document,
    );
}

function unescape(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step; // a stray % is a name like any other
  }
}

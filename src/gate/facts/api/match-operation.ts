import type { ApiOperation } from '../api-description';

type Described = Pick<ApiOperation, 'method' | 'path'>;

/**
 * The operation a request reaches: literal segments before templates, from the left; a slash at the end and the query
 * do not matter. A HEAD request reaches the GET operation where there is no HEAD. Null: none is described.
 */
export function matchOperation<T extends Described>(
  operations: readonly T[],
  request: { readonly method: string; readonly path: string },
): T | null {
  const method = request.method.toUpperCase();
  const segments = segmentsOf(request.path.replace(/[?#].*$/s, '')).map(decode);
  const candidates = operations
    .map((operation) => ({ operation, template: segmentsOf(operation.path) }))
    .filter(({ template }) => matches(template, segments))
    .sort((a, b) => compareTemplates(a.template, b.template))
    .map(({ operation }) => operation);
  const ofMethod = (wanted: string): T | undefined =>
    candidates.find((operation) => operation.method === wanted);
  return ofMethod(method) ?? (method === 'HEAD' ? ofMethod('GET') : undefined) ?? null;
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function matches(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, index) => matchesSegment(part, segments[index] ?? ''))
  );
}

/** A template may stand in a part of a segment: `/reports/{id}.csv`, `/orders/{id}:cancel`. */
function matchesSegment(part: string, segment: string): boolean {
  if (!part.includes('{')) return decode(part) === segment;
  if (/^\{[^{}]*\}$/.test(part)) return segment !== '';
  const literals = part.split(/\{[^{}]*\}/);
  const [first = '', ...rest] = literals;
  const last = rest.pop() ?? '';
  if (!segment.startsWith(first) || !segment.endsWith(last)) return false;
  let from = first.length;
  for (const literal of rest) {
    const at = segment.indexOf(literal, from + 1);
    if (at === -1) return false;
    from = at + literal.length;
  }
  return segment.length - last.length > from;
}

/** Fewer templates first, and the leftmost difference decides. */
function compareTemplates(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const difference = weight(part) - weight(b[index] ?? '');
    if (difference !== 0) return difference;
  }
  return 0;
}

function weight(part: string): number {
  if (!part.includes('{')) return 0;
  return /^\{[^{}]*\}$/.test(part) ? 2 : 1;
}

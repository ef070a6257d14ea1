import { createResolver, isRecord, type JsonRecord } from '../../../domain/contract/openapi-document';

/** Largest value a reference is replaced by, written out, in nodes: beyond it the reference stays. */
const LARGEST_TARGET = 20_000;
const LARGEST_VALUE = 60_000;
/** References followed inside of each other: a long chain of them would be too deep for the stack. */
const MOST_OPEN = 100;

interface Resolved {
  readonly value: unknown;
  /** Nodes of it, written out. */
  readonly size: number;
}

/**
 * Replaces the `$ref`s of one document by what they lead to. A reference that leads into itself, elsewhere or to
 * something very large stays, so that the result can be walked; equal targets are one object.
 */
export function createRefResolver(document: JsonRecord): (value: unknown) => unknown {
  const follow = createResolver(document);
  const targets = new Map<string, Resolved | 'open'>();
  let open = 0;

  const target = (reference: JsonRecord, ref: string): Resolved => {
    const known = targets.get(ref);
    const unresolved = { value: reference, size: 2 };
    if (known === 'open') return unresolved;
    if (known !== undefined) return known;
    if (open >= MOST_OPEN) return unresolved;
    const there = follow(reference);
    if (Object.keys(there).length === 0) return unresolved;
    targets.set(ref, 'open');
    open += 1;
    const resolved = resolve(there, LARGEST_TARGET);
    open -= 1;
    const kept = resolved.size > LARGEST_TARGET ? unresolved : resolved;
    targets.set(ref, kept);
    return kept;
  };

  const resolve = (value: unknown, most: number): Resolved => {
    if (Array.isArray(value)) {
      const entries = (value as unknown[]).map((entry) => resolve(entry, most));
      return { value: entries.map((entry) => entry.value), size: sum(entries) };
    }
    if (!isRecord(value)) return { value, size: 1 };
    if (typeof value['$ref'] === 'string') {
      const there = target(value, value['$ref']);
      return isRecord(there.value) ? withSiblings(value, there.value, there.size) : there;
    }
    const entries = Object.entries(value).map(([key, child]) => ({ key, ...resolve(child, most) }));
    const size = sum(entries);
    return size > most
      ? { value, size: 2 }
      : { value: Object.fromEntries(entries.map(({ key, value: child }) => [key, child])), size };
  };

  return (value) => resolve(value, LARGEST_VALUE).value;
}

/** OpenAPI 3.1 lets a description stand beside a reference. */
function withSiblings(reference: JsonRecord, value: JsonRecord, size: number): Resolved {
  const { $ref: _, ...siblings } = reference;
  return Object.keys(siblings).length === 0 || typeof value['$ref'] === 'string'
    ? { value, size }
    : { value: { ...value, ...siblings }, size };
}

function sum(parts: readonly { readonly size: number }[]): number {
  return parts.reduce((total, { size }) => total + size, 1);
}

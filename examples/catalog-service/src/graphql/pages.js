import { badInput } from './errors.js';

export const MAX_PAGE = 100;

/**
 * The arguments of every list.
 *
 * @param {{ first: number, after?: string | null }} args
 * @returns {{ first: number, after: string | null }} `after` is the key the cursor stands for.
 */
export function readPage({ first, after }) {
  if (first < 1 || first > MAX_PAGE) throw badInput(`first must be 1 to ${MAX_PAGE}.`);
  return { first, after: after === undefined || after === null ? null : decodeCursor(after) };
}

/**
 * @template T
 * @param {{ rows: T[], hasNext: boolean }} page
 * @param {(row: T) => string} keyOf What rows are sorted by; unique.
 */
export function connectionOf({ rows, hasNext }, keyOf) {
  const edges = rows.map((node) => ({ node, cursor: encodeCursor(keyOf(node)) }));
  return { edges, pageInfo: { hasNextPage: hasNext, endCursor: edges.at(-1)?.cursor ?? null } };
}

/**
 * A page of rows that are sorted by `keyOf`, upwards.
 *
 * @template T
 * @param {readonly T[]} rows
 * @param {{ first: number, after: string | null }} page
 * @param {(row: T) => string} keyOf
 * @returns {{ rows: T[], hasNext: boolean }}
 */
export function pageOf(rows, { first, after }, keyOf) {
  const found = after === null ? 0 : rows.findIndex((row) => keyOf(row) > after);
  const start = found === -1 ? rows.length : found;
  return { rows: rows.slice(start, start + first), hasNext: start + first < rows.length };
}

/** Orders strings as `<` does, which is what cursors go by. */
export function compareKeys(a, b) {
  return a < b ? -1 : Number(a > b);
}

function encodeCursor(key) {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(cursor) {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (key === '' || encodeCursor(key) !== cursor)
    throw badInput('after must be an endCursor of an earlier page.');
  return key;
}

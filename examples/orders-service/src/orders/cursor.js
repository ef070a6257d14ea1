import { Problem } from '../http/problem.js';

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A position in the list of orders, opaque to callers.
 *
 * @typedef {{ createdAt: Date, id: string }} Position
 */

/** @param {Position} position */
export function encodeCursor({ createdAt, id }) {
  return Buffer.from(`${createdAt.toISOString()} ${id}`).toString('base64url');
}

/**
 * @param {string} cursor
 * @returns {Position}
 * @throws {Problem} 400 when the cursor was not made by `encodeCursor`.
 */
export function decodeCursor(cursor) {
  const [instant, id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const createdAt = new Date(instant);
  if (!INSTANT.test(instant) || Number.isNaN(createdAt.getTime()) || !UUID.test(id)) {
    throw new Problem(400, 'invalid-request', 'The query string is not valid.', [
      { path: '/cursor', message: 'must be a nextCursor of an earlier page' },
    ]);
  }
  return { createdAt, id };
}

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import copyStreams from 'pg-copy-streams';

/**
 * @typedef {object} Digest
 * @property {number} bytes
 * @property {string} sha256 Hexadecimal.
 */

/** A stream that passes bytes on and knows their digest afterwards. */
function createMeter() {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk, encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, digest: () => ({ bytes, sha256: hash.digest('hex') }) };
}

/** A table may store no column at all. */
function stored({ name, columns }) {
  return columns.length === 0 ? name : `${name} (${columns.join(', ')})`;
}

const discard = () => new Writable({ write: (chunk, encoding, done) => done() });

/**
 * Reads a table with COPY; memory stays the same however large it is.
 *
 * @param {import('pg').Client} session
 * @param {import('./catalog.js').Table} table
 * @param {string} [file] Written anew and only for its owner; without it the bytes are measured only.
 * @returns {Promise<Digest & { rows: number }>}
 */
export async function copyOut(session, table, file) {
  const meter = createMeter();
  const rows = session.query(copyStreams.to(`copy ${stored(table)} to stdout`));
  await pipeline(rows, meter.stream, file === undefined ? discard() : writeTo(file));
  return { rows: rows.rowCount, ...meter.digest() };
}

/**
 * Fills a table with COPY.
 *
 * @param {import('pg').Client} session
 * @param {import('./catalog.js').Table} table
 * @param {string} file
 * @returns {Promise<number>} Rows added.
 */
export async function copyIn(session, table, file) {
  const rows = session.query(copyStreams.from(`copy ${stored(table)} from stdin`));
  await pipeline(createReadStream(file), rows);
  return rows.rowCount;
}

/**
 * @param {string} file
 * @returns {Promise<Digest>}
 */
export async function digestFile(file) {
  const meter = createMeter();
  await pipeline(createReadStream(file), meter.stream, discard());
  return meter.digest();
}

/**
 * Writes a text for its owner only, and to the disk.
 *
 * @param {string} file
 * @param {string} text
 * @returns {Promise<Digest>}
 */
export async function writeText(file, text) {
  const meter = createMeter();
  await pipeline([text], meter.stream, writeTo(file));
  return meter.digest();
}

function writeTo(file) {
  return createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
}

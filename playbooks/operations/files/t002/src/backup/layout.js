import { Ajv } from 'ajv';

/*
 * What a backup's folder holds:
 *
 *   manifest.json     what it is of, and the digest of every table
 *   migrations/*      the migrations the database had, to be read; a restore runs those of its checkout
 *   data/0000.copy    the rows of a table as COPY writes them, in the order of the manifest
 *   archive.dump      pg_dump's archive of the same moment, where there was a pg_dump of the server's version
 *   SHA256SUMS        of all of these, for `sha256sum --check SHA256SUMS`
 *
 * No name of a file is ever taken from what a backup says.
 */
export const MANIFEST = 'manifest.json';
export const SUMS = 'SHA256SUMS';
export const ARCHIVE = 'archive.dump';

/** @param {number} index Of the table in the manifest. */
export function dataFile(index) {
  return `data/${String(index).padStart(4, '0')}.copy`;
}

/** @param {{ version: string, name: string }} migration */
export function migrationFile({ version, name }) {
  return `migrations/${version}_${name}.up.sql`;
}

/**
 * @typedef {object} Manifest
 * @property {1} version
 * @property {string} createdAt
 * @property {string} database
 * @property {number} serverMajor
 * @property {{ version: string, name: string, checksum: string }[]} migrations
 * @property {{ name: string, columns: string[], rows: number, bytes: number, sha256: string }[]} tables
 * @property {{ name: string, lastValue: string, isCalled: boolean }[]} sequences
 * @property {string[]} schema Lines of `describeSchema`.
 * @property {{ tool: string } | { reason: string }} archive
 */

const text = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 0 };
const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const record = (properties) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const list = (items) => ({ type: 'array', items });

const isManifest = new Ajv().compile(
  record({
    version: { const: 1 },
    createdAt: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$' },
    database: text,
    serverMajor: count,
    migrations: list(
      record({
        version: { type: 'string', pattern: '^\\d{4}$' },
        name: { type: 'string', pattern: '^[a-z0-9_]+$' },
        checksum: digest,
      }),
    ),
    tables: list(record({ name: text, columns: list(text), rows: count, bytes: count, sha256: digest })),
    sequences: list(
      record({
        name: text,
        lastValue: { type: 'string', pattern: '^-?\\d{1,19}$' },
        isCalled: { type: 'boolean' },
      }),
    ),
    schema: list(text),
    archive: { anyOf: [record({ tool: text }), record({ reason: text })] },
  }),
);

/**
 * @param {string} json
 * @returns {Manifest}
 * @throws when it is no manifest of a version known here.
 */
export function parseManifest(json) {
  let manifest;
  try {
    manifest = JSON.parse(json);
  } catch (error) {
    throw new Error(`${MANIFEST} is not JSON; take another backup.`, { cause: error });
  }
  if (isManifest(manifest)) return manifest;
  const [{ instancePath, message }] = isManifest.errors;
  throw new Error(`${MANIFEST} is not one of these backups: ${instancePath || '/'} ${message}.`);
}

/** @param {{ name: string, sha256: string }[]} files */
export function writeSums(files) {
  return files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}

/**
 * @param {string} sums
 * @returns {Map<string, string>} Digests by name.
 */
export function parseSums(sums) {
  const lines = sums.split('\n').slice(0, -1);
  const rows = lines.map((line) => /^([0-9a-f]{64}) {2}([\w./]+)$/.exec(line));
  if (rows.length === 0 || rows.includes(null) || !sums.endsWith('\n'))
    throw new Error(`${SUMS} is damaged; take another backup.`);
  return new Map(rows.map(([, sha256, name]) => [name, sha256]));
}

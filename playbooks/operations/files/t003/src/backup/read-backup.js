import { lstat, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ARCHIVE, dataFile, MANIFEST, migrationFile, parseManifest, parseSums, SUMS } from './layout.js';
import { digestFile } from './transfer.js';

/**
 * A backup of which every byte was compared with its checksum.
 *
 * @typedef {object} Backup
 * @property {string} name Of its folder.
 * @property {import('./layout.js').Manifest} manifest
 * @property {(index: number) => string} dataFile Path of a table's rows.
 */

/**
 * Reads a backup, whole, before anything is done with it.
 *
 * @param {string} path
 * @returns {Promise<Backup>}
 * @throws when a file is missing, cut off, changed or not a plain file.
 */
export async function readBackup(path) {
  const folder = resolve(path);
  if (folder.endsWith('.partial')) throw new Error(`${folder} was never finished; use another backup.`);
  const sums = parseSums(await readOwnFile(folder, SUMS));
  await checkFile(folder, MANIFEST, sums);
  const manifest = parseManifest(await readOwnFile(folder, MANIFEST));
  for (const [index, table] of manifest.tables.entries())
    await checkFile(folder, dataFile(index), sums, table);
  for (const migration of manifest.migrations) await checkFile(folder, migrationFile(migration), sums);
  if ('tool' in manifest.archive) await checkFile(folder, ARCHIVE, sums);
  return { name: basename(folder), manifest, dataFile: (index) => join(folder, dataFile(index)) };
}

async function checkFile(folder, name, sums, table) {
  await ownFile(folder, name);
  const { bytes, sha256 } = await digestFile(join(folder, name));
  if (table && bytes < table.bytes) {
    throw new Error(`${name} of ${folder} is cut off: ${bytes} of ${table.bytes} bytes; use another backup.`);
  }
  if (sha256 !== sums.get(name) || (table && sha256 !== table.sha256)) {
    throw new Error(
      `${name} of ${folder} is not what was backed up, its checksum differs; use another backup.`,
    );
  }
}

async function readOwnFile(folder, name) {
  await ownFile(folder, name);
  return readFile(join(folder, name), 'utf8');
}

/** A link could lead anywhere. */
async function ownFile(folder, name) {
  const found = await lstat(join(folder, name)).catch(() => undefined);
  if (!found) throw new Error(`${folder} has no ${name}; it is no backup or was never finished.`);
  if (!found.isFile()) throw new Error(`${name} of ${folder} is not a plain file; use another backup.`);
}

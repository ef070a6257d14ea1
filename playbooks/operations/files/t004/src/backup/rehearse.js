import { randomBytes } from 'node:crypto';
import { withDatabaseName, withSession } from '../db/session.js';
import { readSequences } from './catalog.js';
import { dropDatabase, restore } from './restore.js';
import { copyOut } from './transfer.js';

/** What docs/backup.md promises: how much may be lost, and how long it may take to come back. */
export const AIMS = Object.freeze({ lossHours: 24, recoveryMinutes: 60 });

const LONGEST_NAME = 63;

/**
 * Proves a backup: restores it into a database of its own, reads every row back from there, compares counts, checksums,
 * sequences and schema with what was backed up, and drops the database again.
 *
 * @param {object} options
 * @param {import('./read-backup.js').Backup} options.backup
 * @param {{ databaseUrl: string, adminDatabase: string }} options.config
 * @param {string} [options.migrationsDir]
 * @param {Date} [options.now]
 */
export async function rehearse({ backup, config, migrationsDir, now = new Date() }) {
  const suffix = `_drill_${randomBytes(4).toString('hex')}`;
  const name = `${backup.manifest.database.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
  const ageHours = Math.round((now - new Date(backup.manifest.createdAt)) / 36_000) / 100;
  const report = { backup: backup.name, createdAt: backup.manifest.createdAt, ageHours, database: name };
  const problems = [];
  if (ageHours > AIMS.lossHours) {
    problems.push(`the backup is ${ageHours} hours old; at most ${AIMS.lossHours} may be lost`);
  }
  const began = performance.now();
  let restored;
  try {
    restored = await restore({ backup, config, name, migrationsDir });
  } catch (error) {
    // restore() dropped what it had made.
    return { ok: false, ...report, problems: [...problems, error.message] };
  }
  try {
    const restoreSeconds = Math.round(performance.now() - began) / 1000;
    if (restoreSeconds > AIMS.recoveryMinutes * 60) {
      problems.push(
        `restoring took ${restoreSeconds} s; service is to be back within ${AIMS.recoveryMinutes} minutes`,
      );
    }
    const compared = await withSession(withDatabaseName(config.databaseUrl, name), (session) =>
      compareRows(session, backup.manifest),
    );
    problems.push(...compared.problems);
    const { rows, schema } = restored;
    const { tables, sequences } = compared;
    return {
      ok: problems.length === 0,
      ...report,
      restoreSeconds,
      rows,
      schema,
      tables,
      sequences,
      problems,
    };
  } finally {
    await dropDatabase(config, name);
  }
}

async function compareRows(session, manifest) {
  const problems = [];
  const tables = [];
  for (const { name, columns, rows, sha256 } of manifest.tables) {
    const found = await copyOut(session, { name, columns });
    const same = found.rows === rows && found.sha256 === sha256;
    if (!same)
      problems.push(`${name} came back with ${found.rows} of ${rows} rows and checksum ${found.sha256}`);
    tables.push({
      name,
      rows: found.rows,
      expectedRows: rows,
      checksum: found.sha256 === sha256 ? 'same' : 'different',
    });
  }
  const there = new Map((await readSequences(session)).map((sequence) => [sequence.name, sequence]));
  for (const { name, lastValue, isCalled } of manifest.sequences) {
    const found = there.get(name);
    if (found?.lastValue !== lastValue || found.isCalled !== isCalled) {
      problems.push(
        `the sequence ${name} stands at ${found?.lastValue ?? 'nothing'} and not at ${lastValue}`,
      );
    }
  }
  return { problems, tables, sequences: manifest.sequences.length };
}

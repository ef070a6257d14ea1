import type { GateFinding } from '../../domain/quality-gate/receipt';
import { migrationChanges, type MigrationFile } from '../../domain/database/migration-changes';
import type { RehearsalReport } from '../../domain/database/rehearsal';
import { sqlStatements } from '../../domain/database/sql-statements';
import { CannotTell } from '../checker';
import { atomicityProblems } from '../checkers/database/migration-atomicity';
import { releasedProblems } from '../checkers/database/released-migrations';
import { lintNewMigrations } from '../checkers/database/squawk';
import { findMigrator } from '../database/migrator';
import { identifierProblems } from './file-identifier';
import type { Place } from './place';
import { cutText } from './record';
import { destroyedBy, type TableChanged } from './schema-changes';

/** What the files alone say; answers what a linter says of locks, which the replica then measures. */
export async function lintMigrations(
  place: Place,
  identifier: string | null,
): Promise<readonly GateFinding[]> {
  const { here, added, record } = place;
  const names = identifierProblems(added.files, identifier);
  record.note('names', {
    outcome: names.length === 0 ? 'done' : 'refused',
    detail: names.join('; ') || added.files.join(', '),
  });
  for (const text of names) record.problem('script', text);
  const migrator = await findMigrator(here);
  if (migrator === null) return [];
  const changes = await here.changes();
  const lint = await linted(place);
  const released = (await releasedProblems(here, changes, migrator, { lint: false })).map(({ text }) => text);
  const plan = added.kind === 'sql' ? { migrations: added.migrations, problems: [] } : null;
  const own = (migrator.plan?.problems ?? []).filter(({ path }) => added.files.includes(path));
  const problems = [
    ...released,
    ...(plan === null ? [] : atomicityProblems(plan).map(({ text }) => text)),
    ...own.map(({ text }) => text),
  ];
  for (const text of problems) record.problem('script', text);
  record.note('rules about migrations', {
    outcome: problems.length === 0 ? 'done' : 'refused',
    detail: [...problems, ...lint.map(({ text }) => `squawk: ${text}`)].join('; ') || 'nothing found',
  });
  return lint;
}

async function linted({ here, added, record }: Place): Promise<readonly GateFinding[]> {
  try {
    return await lintNewMigrations(here, added.folder, added.files);
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    record.leaveOut(error.message);
    return [];
  }
}

/** What is destroyed, by the words of the SQL and by what the catalog says afterwards. */
export async function findDestroyed(
  { here, added }: Place,
  changes: readonly TableChanged[],
): Promise<RehearsalReport['destructive']> {
  const files = await here.files();
  const base = await here.changes();
  const written: MigrationFile[] = [];
  for (const path of added.files.filter((file) => file.endsWith('.sql'))) {
    const after = await files.read(path);
    if (after !== null) written.push({ path, before: await base.readBase(path), after });
  }
  const bySql = migrationChanges(written).map(({ where, what }) => ({
    migration: where,
    what,
    sql: statementAbout(written.find(({ path }) => path === where)?.after ?? '', what),
  }));
  const plain = (text: string): string => text.replace(' without a default', '');
  const known = new Set(bySql.map(({ what }) => plain(what)));
  const byCatalog = destroyedBy(changes)
    .filter((what) => !known.has(plain(what)))
    .map((what) => ({ migration: added.files[0] ?? added.folder, what, sql: '' }));
  return [...bySql, ...byCatalog];
}

/** What `migrationChanges` says around names. */
const WORDS_OF_HARM = new Set(
  'drops table schema database column changes the type of makes NOT NULL without a default adds empties deletes every row'.split(
    ' ',
  ),
);

/** The statement that does a harm: one that takes something away and has the names of the harm in it. */
function statementAbout(sql: string, what: string): string {
  const names = what.split(' ').filter((word) => !WORDS_OF_HARM.has(word));
  const found = sqlStatements(sql).find(
    (statement) =>
      /^(?:alter table|drop|truncate|delete)\b/i.test(statement) &&
      names.every((name) => statement.toLowerCase().includes(name)),
  );
  return cutText(found ?? '', 1000);
}

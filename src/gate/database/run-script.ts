import { DatabaseError } from 'pg';
import { controlsTransaction, needsNoTransaction, type SqlStatement, splitSql } from './split-sql';
import type { MigrationScript } from './migration-plan';
import type { Session } from './session';

const SHOWN_CHARACTERS = 300;

/** What stands around each statement: for those who measure it. */
export type AroundStatement = (sql: string, run: () => Promise<void>) => Promise<void>;

/** A statement of a migration that PostgreSQL refused. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
  constructor(
    readonly path: string,
    readonly line: number,
    readonly statement: string,
    /** What the server said. */
    readonly reason: string,
    /** SQLSTATE; null where the script itself cannot be run. */
    readonly code: string | null,
    /** What else the server said; null where it is nothing of the server's. */
    readonly details: Pick<
      DatabaseError,
      'detail' | 'table' | 'schema' | 'column' | 'constraint'
    > | null = null,
  ) {
    super(`${path}:${line} failed: ${reason} (${statement})`);
  }
}

/** Whether its own statements, or a mark of the file, keep it from being one transaction. */
function isTransactional(script: MigrationScript): boolean {
  return (
    script.transaction &&
    !splitSql(script.sql).some(({ text }) => needsNoTransaction(text) || controlsTransaction(text))
  );
}

/**
 * Runs one script, statement by statement, in a transaction of its own unless it manages its own or holds something
 * that PostgreSQL refuses in one. Session settings it leaves behind are discarded.
 * @throws MigrationFailed for the first statement that is refused; what a transaction had done is undone
 */
export async function runScript(
  session: Session,
  script: MigrationScript,
  around: AroundStatement = (_, run) => run(),
): Promise<void> {
  const statements = splitSql(script.sql);
  const whole = isTransactional(script);
  if (whole) await session.execute('BEGIN');
  try {
    for (const statement of statements) {
      await around(statement.text, () => runStatement(session, script, statement));
    }
    if (whole) await session.execute('COMMIT');
  } catch (error) {
    await session.execute('ROLLBACK').catch(() => undefined);
    if (!(error instanceof DatabaseError)) throw error;
    throw new MigrationFailed(script.path, script.line, 'COMMIT', error.message, error.code ?? null, error);
  } finally {
    await session.execute('DISCARD ALL').catch(() => undefined);
  }
}

async function runStatement(
  session: Session,
  script: MigrationScript,
  { text, line }: SqlStatement,
): Promise<void> {
  const fail = (reason: string, code: string | null, error: DatabaseError | null = null): MigrationFailed =>
    new MigrationFailed(script.path, script.line + line - 1, shorten(text), reason, code, error);
  if (text.startsWith('\\')) throw fail('a command of psql, which is no SQL', null);
  if (/\bfrom\s+stdin\b/i.test(text) && /^copy\b/i.test(text)) {
    throw fail('COPY FROM STDIN needs psql; insert the rows instead', null);
  }
  try {
    await session.execute(text);
  } catch (error) {
    if (error instanceof DatabaseError) throw fail(error.message, error.code ?? null, error);
    throw error;
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}

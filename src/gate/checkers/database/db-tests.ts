import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, type GateChecker } from '../../checker';
import type { StatementCount, Table } from '../../facts/database';
import { tableName } from '../../database/read-catalog';
import { failsAgain, secondRunEvidence, tellSecondRun } from './second-run';

const FIXTURE =
  /(?:^|\/)(?:fixtures?|seeds?|seeders?|factor(?:y|ies)|test-?data|testdata|conftest)(?:[./_-]|$)|(?:fixtures?|factory|factories|seed|seeder|testdata|test[-_]?data)\.[a-z]+$|(?:^|\/)(?:tests?|spec|__tests__)\/(?:.*\/)?(?:support|helpers?|utils?|setup|database|db)(?:\/|[^/]*\.[a-z]+$)/i;

/**
 * Each table is written and read while the tests run, from fixtures kept in the repository; and what one run leaves in
 * the database does not make the next one fail.
 */
export const dbTests: GateChecker = {
  name: 'tested-tables',
  version: '2',
  subjects: ['db-tests'],
  scope: 'objective',
  reads: () => true,
  control: () =>
    untestedTables([PLANTED], [], new Set()).length === 2 &&
    failsAgain({ kind: 'recorded', value: { outcome: { kind: 'ran-found', note: '' }, output: '' } })
      .length === 1,
  check: async (inspection) => {
    const database = await inspection.database();
    if (database.tables.length === 0) throw new CannotTell('the migrations made no table to look at');
    const { statements, again } = await inspection.tests();
    const repeated = failsAgain(again);
    if (statements.kind === 'absent' && repeated.length === 0) {
      throw new CannotTell(`what the tests do to the database is not known: ${statements.reason}`);
    }
    const ran = statements.kind === 'absent' ? null : statements.value;
    const files = await inspection.files();
    const fixtures = files.paths.filter((path) => FIXTURE.test(path));
    const missing = [
      ...(ran === null ? [] : untestedTables(database.tables, ran, await tablesWithRows(database))),
      ...(fixtures.length > 0
        ? []
        : [
            {
              key: 'db-tests:no-fixtures',
              text: 'no fixture, factory, seed or support file of the tests was found',
            },
          ]),
    ];
    const findings = [...repeated, ...missing];
    const { length } = database.tables;
    const told =
      missing.length > 0
        ? `${missing.length} things are missing from the tests of ${length} tables`
        : `the tests write and read all ${length} tables`;
    const note = `${ran === null ? 'which tables the tests use is not known' : told}; ${tellSecondRun(again)}`;
    const calls = (ran ?? []).reduce((sum, statement) => sum + statement.calls, 0);
    const text = `${calls} executions of ${ran?.length ?? 0} statements; fixtures: ${fixtures.slice(0, 10).join(', ')}`;
    return [
      {
        subject: 'db-tests',
        outcome: findings.length > 0 ? { kind: 'ran-found', note, findings } : { kind: 'ran-clean', note },
        evidence: [
          ...(await secondRunEvidence(inspection, again)),
          { kind: 'measurement', text: text.slice(0, 2000) },
        ],
      },
    ];
  },
};

/** Tables that the migrations themselves fill need no INSERT by a test. */
async function tablesWithRows(database: {
  readonly tables: readonly Table[];
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}): Promise<ReadonlySet<string>> {
  const filled = new Set<string>();
  for (const { schema, name } of database.tables) {
    const quoted = [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
    const rows = await database.query(`SELECT 1 FROM ${quoted} LIMIT 1`);
    if (rows.length > 0) filled.add(tableName({ schema, name }));
  }
  return filled;
}

/** Tables that no statement writes, or none reads. @param given tables that have rows without a test's doing */
export function untestedTables(
  tables: readonly Table[],
  statements: readonly Pick<StatementCount, 'query' | 'calls'>[],
  given: ReadonlySet<string>,
): GateFinding[] {
  const ran = statements.filter(({ calls }) => calls > 0).map(({ query }) => query);
  return tables.flatMap((table) => {
    const name = tableName(table);
    const ref = String.raw`(?:"?${escape(table.schema)}"?\.)?"?${escape(table.name)}"?(?![\w"])`;
    const written = new RegExp(String.raw`\b(?:insert\s+into|copy|merge\s+into)\s+(?:only\s+)?${ref}`, 'i');
    const read = new RegExp(
      String.raw`\b(?:from|join|update|using|table)\s+(?:only\s+)?\(*${ref}|,\s*${ref}\s+(?:as\s+)?\w+`,
      'i',
    );
    const isWritten = given.has(name) || ran.some((query) => written.test(query));
    const isRead = ran.some((query) => read.test(query.replace(/\bdelete\s+from\b/gi, 'delete')));
    return [
      ...(isWritten ? [] : [{ key: `db-tests:unwritten:${name}`, text: `no test writes a row of ${name}` }]),
      ...(isRead
        ? []
        : [{ key: `db-tests:unread:${name}`, text: `no test reads or changes a row of ${name}` }]),
    ];
  });
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const PLANTED: Table = {
  schema: 'public',
  name: 'lines',
  comment: null,
  columns: [],
  constraints: [],
  indexes: [],
};

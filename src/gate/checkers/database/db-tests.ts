import type { GateFinding } from '../../../domain/receipt';
import { CannotTell, type GateChecker } from '../../checker';
import type { StatementCount, Table } from '../../facts/database';
import { tableName } from '../../database/read-catalog';

const FIXTURE =
  /(?:^|\/)(?:fixtures?|seeds?|seeders?|factor(?:y|ies)|test-?data|testdata|conftest)(?:[./_-]|$)|(?:fixtures?|factory|factories|seed|seeder|testdata|test[-_]?data)\.[a-z]+$|(?:^|\/)(?:tests?|spec|__tests__)\/(?:.*\/)?(?:support|helpers?|utils?|setup|database|db)(?:\/|[^/]*\.[a-z]+$)/i;

/** Each table is written and read while the tests run, from fixtures kept in the repository. */
export const dbTests: GateChecker = {
  name: 'tested-tables',
  version: '1',
  subjects: ['db-tests'],
  scope: 'objective',
  reads: () => true,
  control: () => untestedTables([PLANTED], [], new Set()).length === 2,
  check: async (inspection) => {
    const database = await inspection.database();
    if (database.tables.length === 0) throw new CannotTell('the migrations made no table to look at');
    const { statements } = await inspection.tests();
    if (statements.kind === 'absent') {
      throw new CannotTell(`what the tests do to the database is not known: ${statements.reason}`);
    }
    const given = await tablesWithRows(database);
    const files = await inspection.files();
    const fixtures = files.paths.filter((path) => FIXTURE.test(path));
    const findings = [
      ...untestedTables(database.tables, statements.value, given),
      ...(fixtures.length > 0
        ? []
        : [
            {
              key: 'db-tests:no-fixtures',
              text: 'no fixture, factory, seed or support file of the tests was found',
            },
          ]),
    ];
    const { length } = database.tables;
    const calls = statements.value.reduce((sum, statement) => sum + statement.calls, 0);
    return [
      {
        subject: 'db-tests',
        outcome:
          findings.length > 0
            ? {
                kind: 'ran-found',
                note: `${findings.length} things are missing from the tests of ${length} tables`,
                findings,
              }
            : { kind: 'ran-clean', note: `the tests write and read all ${length} tables` },
        evidence: [
          {
            kind: 'measurement',
            text: `${calls} executions of ${statements.value.length} statements; fixtures: ${fixtures.slice(0, 10).join(', ')}`.slice(
              0,
              2000,
            ),
          },
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

import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, type GateChecker } from '../../checker';
import type { StatementCount, Table } from '../../facts/database';
import { requirePostgres } from '../../database/engine';
import { explainStatement, type PlanNode, scanProblems } from '../../database/explain';
import { tableName } from '../../database/read-catalog';
import { serviceRunOf } from '../../database/service-run';

const BIG_ROWS = 1000;
const MOST_STATEMENTS = 100;

/** The statements that reading operations really ran: with big tables, an index serves what they filter and sort by. */
export const queryIndexes: GateChecker = {
  name: 'query-plans',
  version: '2',
  subjects: ['query-indexes'],
  scope: 'objective',
  reads: () => true,
  control: () => scanProblems(PLANTED_PLAN, [PLANTED_TABLE]).length === 1,
  check: async (inspection) => {
    await requirePostgres(inspection);
    const { database, statements, requests, rows, left } = await serviceRunOf(inspection);
    const big = database.tables.filter((table) => (rows.get(tableName(table)) ?? 0) > BIG_ROWS);
    const own = statements.filter(({ query }) => mentions(query, database.tables));
    if (own.length === 0) {
      throw new CannotTell(
        `no statement over a table was seen in ${requests} answered requests: ${left.slice(0, 5).join('; ')}`,
      );
    }
    const findings = new Map<string, GateFinding>();
    let read = 0;
    await database.rolledBack(async (session) => {
      for (const { query, calls } of own.slice(0, MOST_STATEMENTS)) {
        const plan = await explainStatement(session, query);
        if (plan === null) continue;
        read += 1;
        for (const { kind, table, columns, rows: sorted } of scanProblems(plan, big)) {
          const key = `query-index:${kind}:${table}(${columns.join(', ')})`;
          const many = sorted === undefined ? '' : `about ${Math.round(sorted)} of its rows `;
          const does = kind === 'filter' ? 'filters by' : `sorts ${many}by`;
          findings.set(key, {
            key,
            text: `no index of ${table} serves a statement that ${does} ${columns.join(', ')} (${calls} calls): ${query.replace(/\s+/g, ' ').slice(0, 250)}`,
          });
        }
      }
    });
    if (read === 0)
      throw new CannotTell(`none of ${own.length} statements could be planned without its values`);
    const note = `${read} of ${own.length} statements planned over ${big.length} tables of more than ${BIG_ROWS} rows`;
    return [
      {
        subject: 'query-indexes',
        outcome:
          findings.size > 0
            ? {
                kind: 'ran-found',
                note: `${findings.size} filters or orders have no index`,
                findings: [...findings.values()],
              }
            : { kind: 'ran-clean', note },
        evidence: [
          { kind: 'measurement', text: [note, ...own.slice(0, 10).map(describe)].join('\n').slice(0, 2000) },
        ],
        measures: measuresOf(own, requests),
      },
    ];
  },
};

function describe({ query, calls, meanMs }: StatementCount): string {
  return `${calls} × ${meanMs.toFixed(2)} ms ${query.replace(/\s+/g, ' ').slice(0, 150)}`;
}

function mentions(query: string, tables: readonly Table[]): boolean {
  return tables.some(({ name }) =>
    new RegExp(`(?<!\\w)"?${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"?(?!\\w)`, 'i').test(query),
  );
}

/** Mean execution time of statements at the 95th percentile of calls, the worst, and statements a request. */
export function measuresOf(
  statements: readonly StatementCount[],
  requests: number,
): Readonly<Record<string, number>> {
  const sorted = [...statements].sort((a, b) => a.meanMs - b.meanMs);
  const calls = sorted.reduce((sum, statement) => sum + statement.calls, 0);
  let passed = 0;
  const at = sorted.find((statement) => (passed += statement.calls) >= 0.95 * calls);
  const worst = sorted.at(-1);
  if (at === undefined || worst === undefined || requests === 0) return {};
  return {
    databaseMeanMs: at.meanMs,
    databaseWorstMs: worst.meanMs,
    databaseQueriesPerRequest: calls / requests,
  };
}

const PLANTED_TABLE: Table = {
  schema: 'public',
  name: 'lines',
  comment: null,
  columns: [
    {
      name: 'part',
      type: 'text',
      nullable: false,
      maxLength: null,
      default: null,
      generated: false,
      comment: null,
    },
  ],
  constraints: [],
  indexes: [],
};
const PLANTED_PLAN: PlanNode = { 'Node Type': 'Seq Scan', 'Relation Name': 'lines', Filter: '(part = $1)' };

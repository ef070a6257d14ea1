import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import { requirePostgres } from '../../database/engine';
import { type ListRun, serviceRunOf } from '../../database/service-run';

const UTILITY =
  /^\s*(?:begin|commit|rollback|savepoint|release|set|show|reset|discard|deallocate|start transaction)\b/i;
/** Calls for each further row from which on a statement counts as run for each. */
const PER_ROW = 0.6;
const FEWEST_ROWS = 3;

/** Requests each list with few rows and with more: no statement may run more often because there are more rows. */
export const nPlusOne: GateChecker = {
  name: 'statements-per-row',
  version: '2',
  subjects: ['no-n-plus-one'],
  scope: 'objective',
  reads: () => true,
  control: () => statementsPerRow([PLANTED]).length === 1,
  check: async (inspection) => {
    await requirePostgres(inspection);
    const { lists, left } = await serviceRunOf(inspection);
    if (lists.length === 0) {
      if (left.length > 0) throw new CannotTell(`no list could be requested: ${left.slice(0, 5).join('; ')}`);
      throw new DoesNotApply('no-list-operations', 'no operation answers with a list');
    }
    const telling = lists.filter(isTelling);
    if (telling.length === 0) {
      throw new CannotTell(
        `no list had enough rows to tell (${lists.map(({ operation, more }) => `${operation}: ${more.items}`).join(', ')}); configure a seed whose rows the test users may read`,
      );
    }
    const findings = statementsPerRow(telling);
    const note = `${telling.length} lists were requested with few rows and with more`;
    return [
      {
        subject: 'no-n-plus-one',
        outcome:
          findings.length > 0
            ? { kind: 'ran-found', note: `${findings.length} statements run once for each row`, findings }
            : { kind: 'ran-clean', note },
        evidence: [
          { kind: 'measurement', text: [...lists.map(describe), ...left].join('\n').slice(0, 2000) },
        ],
      },
    ];
  },
};

/** Whether the two samples can tell anything: the rows grew, or there are some at least. */
function isTelling({ few, more }: ListRun): boolean {
  return more.items - few.items >= FEWEST_ROWS || more.items >= FEWEST_ROWS;
}

/** Statements whose number of executions follows the number of rows in the answer. */
export function statementsPerRow(lists: readonly ListRun[]): GateFinding[] {
  return lists.flatMap(({ operation, few, more }) =>
    [...more.calls].flatMap(([statement, calls]): GateFinding[] => {
      if (UTILITY.test(statement)) return [];
      const rows = more.items - few.items;
      const growth = calls - (few.calls.get(statement) ?? 0);
      const perRow = rows >= FEWEST_ROWS ? growth / rows : calls >= FEWEST_ROWS ? calls / more.items : 0;
      // Without growth only a statement for every single row is sure.
      if (perRow < (rows >= FEWEST_ROWS ? PER_ROW : 1)) return [];
      const text = statement.replace(/\s+/g, ' ').trim();
      return [
        {
          key: `n-plus-one:${operation}:${text.slice(0, 150)}`,
          text: `${operation} runs this ${calls} times for ${more.items} rows (${few.calls.get(statement) ?? 0} for ${few.items}): ${text.slice(0, 250)}`,
          amount: Math.round(perRow * 10) / 10,
        },
      ];
    }),
  );
}

function describe({ operation, few, more }: ListRun): string {
  const total = (calls: ReadonlyMap<string, number>): number =>
    [...calls.values()].reduce((sum, count) => sum + count, 0);
  return `${operation}: ${few.items} rows ${total(few.calls)} statements; ${more.items} rows ${total(more.calls)} statements`;
}

const PLANTED: ListRun = {
  operation: 'GET /lines',
  few: {
    items: 4,
    calls: new Map([
      ['select * from lines', 1],
      ['select * from parts where line = $1', 4],
    ]),
  },
  more: {
    items: 12,
    calls: new Map([
      ['select * from lines', 1],
      ['select * from parts where line = $1', 12],
    ]),
  },
};

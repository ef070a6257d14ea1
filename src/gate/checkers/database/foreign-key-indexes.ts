import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, type GateChecker } from '../../checker';
import type { Constraint, Index, Table } from '../../facts/database';
import { tableName } from '../../database/read-catalog';
import { readsMigrations } from './schema-files';

/** Every foreign key has an index that leads with its columns: joins use it, and deleting a parent looks there. */
export const foreignKeyIndexes: GateChecker = {
  name: 'foreign-key-indexes',
  version: '1',
  subjects: ['indexes'],
  scope: 'objective',
  reads: readsMigrations,
  control: () => unindexedForeignKeys([PLANTED]).length === 1,
  check: async (inspection) => {
    const { tables } = await inspection.database();
    if (tables.length === 0) throw new CannotTell('the migrations made no table to look at');
    const keys = tables.flatMap(({ constraints }) => constraints.filter(isForeignKey));
    const findings = unindexedForeignKeys(tables);
    const indexed = keys.length - findings.length;
    return [
      {
        subject: 'indexes',
        outcome:
          findings.length > 0
            ? {
                kind: 'ran-found',
                note: `${findings.length} of ${keys.length} foreign keys have no index`,
                findings,
              }
            : { kind: 'ran-clean', note: `${indexed} of ${keys.length} foreign keys have an index` },
        evidence: [{ kind: 'measurement', text: describe(tables) }],
      },
    ];
  },
};

/** Foreign keys whose columns no index leads with, in any order; a partial index serves none but itself. */
export function unindexedForeignKeys(tables: readonly Table[]): GateFinding[] {
  return tables.flatMap((table) =>
    table.constraints
      .filter(isForeignKey)
      .filter(({ columns }) => !table.indexes.some((index) => leadsWith(index, columns)))
      .map(({ columns, references }) => {
        const list = columns.join(', ');
        const name = tableName(table);
        return {
          key: `foreign-key-index:${name}(${list})`,
          text: `${name} (${list}) refers to ${references?.table ?? 'another table'} and no index leads with it; add one`,
        };
      }),
  );
}

function leadsWith({ columns, definition }: Index, wanted: readonly string[]): boolean {
  const partial = / WHERE (.*)$/.exec(definition)?.[1];
  // A key that is NULL refers to nothing and is not looked for.
  if (partial !== undefined && !/^\(?"?\w+"? IS NOT NULL\)?$/.test(partial)) return false;
  const leading = columns.slice(0, wanted.length);
  return wanted.every((column) => leading.includes(column));
}

function isForeignKey({ kind }: Constraint): boolean {
  return kind === 'foreign-key';
}

function describe(tables: readonly Table[]): string {
  return tables
    .map(
      (table) =>
        `${tableName(table)}: ${table.indexes.map(({ columns }) => `(${columns.join(', ')})`).join(' ') || 'no index'}`,
    )
    .join('\n')
    .slice(0, 2000);
}

const PLANTED: Table = {
  schema: 'public',
  name: 'lines',
  comment: null,
  columns: [],
  constraints: [
    {
      name: 'lines_order_id_fkey',
      kind: 'foreign-key',
      columns: ['order_id'],
      definition: '',
      references: { table: 'orders', columns: ['id'] },
    },
  ],
  indexes: [{ name: 'lines_pkey', columns: ['id', 'order_id'], unique: true, definition: '' }],
};

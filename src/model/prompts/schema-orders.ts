import type { MigrationDesign, TableChange } from '../../domain/database/migration-design';
import type { MigrationSlot } from '../../domain/database/migration-slot';
import type { SchemaOrders } from '../../ports/department';
import { bullets, joinParts, quoted, section } from './format';

/** What a specialist is told of the schema change it writes; empty for any other task. */
export function describeOrders(orders: SchemaOrders | undefined): string {
  const { design = null, slot = null } = orders ?? {};
  return joinParts([
    design === null
      ? ''
      : section(
          'MIGRATION DESIGN',
          `${describeDesign(design)}\nThe migration makes exactly this: code compares it with a database it ran on.`,
        ),
    slot === null ? '' : describeSlot(slot),
  ]);
}

/** A design in lines, quoted: a model wrote it. */
export function describeDesign(design: MigrationDesign): string {
  const { summary, tables, queries, volume, phase, backfill, irreversible } = design;
  return quoted(
    [
      summary,
      `phase: ${phase}`,
      ...tables.flatMap(describeTable),
      ...queries.map(({ pattern, servedBy }) => `query: ${pattern} (${servedBy})`),
      ...volume.map(({ table, rows }) => `rows expected: ${table} ${String(rows)}`),
      `backfill: ${backfill ?? 'none'}`,
      irreversible === null ? 'way down: yes' : `way down: none, because ${irreversible}`,
    ].join('\n'),
  );
}

function describeTable({ table, change, columns, indexes, constraints }: TableChange): string[] {
  return [
    `${change} table ${table}`,
    ...columns.map(
      (column) =>
        `  ${column.change} column ${column.name}${column.change === 'drop' ? '' : ` ${column.type}${column.nullable ? '' : ' not null'}${column.default === null ? '' : ` default ${column.default}`}`}`,
    ),
    ...indexes.map(
      (index) =>
        `  ${index.change} ${index.unique ? 'unique ' : ''}index ${index.name} (${index.columns.join(', ')})`,
    ),
    ...constraints.map((constraint) => `  constraint ${constraint}`),
  ];
}

/** Which identifier a migration gets, and which come before it. */
export function describeSlot({ identifier, after }: MigrationSlot): string {
  return joinParts([
    identifier === null
      ? 'MIGRATION NUMBER: none is reserved, the tool numbers by itself'
      : `MIGRATION NUMBER: begin the file's name with ${oneLine(identifier)}`,
    section(
      'MIGRATIONS OF OTHER OBJECTIVES THAT COME BEFORE',
      bullets(after.map((row) => `${oneLine(row.identifier)} (${oneLine(row.objectiveId)})`)),
    ),
  ]);
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

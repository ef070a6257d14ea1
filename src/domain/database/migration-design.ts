import { z } from 'zod';

const Name = z.string().min(1).max(120);

/** How a migration changes one table. */
export const TableChange = z.strictObject({
  table: Name,
  change: z.enum(['create', 'alter', 'drop']),
  columns: z
    .array(
      z.strictObject({
        name: Name,
        change: z.enum(['add', 'alter', 'drop']),
        /** As PostgreSQL writes it; empty for a dropped column. */
        type: z.string().max(120),
        nullable: z.boolean(),
        default: z.string().max(300).nullable(),
      }),
    )
    .max(200),
  indexes: z
    .array(
      z.strictObject({
        name: Name,
        change: z.enum(['add', 'drop']),
        columns: z.array(Name).max(32),
        unique: z.boolean(),
      }),
    )
    .max(50),
  constraints: z.array(z.string().min(1).max(300)).max(50),
});
export type TableChange = z.infer<typeof TableChange>;

/** The design of a schema change by @database-optimizer (charter: "Database Change Coordination", step 1). */
export const MigrationDesign = z.strictObject({
  summary: z.string().min(1).max(1000),
  tables: z.array(TableChange).min(1).max(50),
  /** What will be asked of the tables, and what answers it quickly. */
  queries: z
    .array(z.strictObject({ pattern: z.string().min(1).max(500), servedBy: z.string().max(200) }))
    .max(50),
  /** Rows to be expected. */
  volume: z.array(z.strictObject({ table: Name, rows: z.int().min(0) })).max(50),
  /** `expand`: the old version of the service goes on working; `contract`: it does not any more. */
  phase: z.enum(['expand', 'contract', 'expand-and-contract']),
  backfill: z.string().max(1000).nullable(),
  /** Why there is no way down and what replaces it; null: there is one. */
  irreversible: z.string().max(1000).nullable(),
});
export type MigrationDesign = z.infer<typeof MigrationDesign>;

/** Designs that fit: every change says something, and the phase says what it does to the old version. Others go back. */
export const MigrationDesignAnswer: z.ZodType<MigrationDesign> = MigrationDesign.superRefine(
  (design, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const names = design.tables.map(({ table }) => table);
    if (new Set(names).size < names.length) complain('each table is named once');
    for (const { table, change, columns, indexes, constraints } of design.tables) {
      if (change === 'create' && columns.length === 0) complain(`${table} is created without a column`);
      if (change === 'alter' && columns.length + indexes.length + constraints.length === 0)
        complain(`nothing of ${table} is changed`);
      const untyped = columns.filter((column) => column.change !== 'drop' && column.type.trim() === '');
      if (untyped.length > 0)
        complain(`${untyped.map(({ name }) => `${table}.${name}`).join(', ')} has no type`);
      for (const index of indexes) {
        if (index.change === 'add' && index.columns.length === 0) complain(`${index.name} is on no column`);
      }
    }
    const dropped = design.tables.some(
      ({ change, columns }) => change === 'drop' || columns.some((column) => column.change === 'drop'),
    );
    if (dropped && design.phase === 'expand')
      complain('a design that drops a table or a column is not of the phase expand');
    for (const { table } of design.volume) {
      if (!names.includes(table)) complain(`volume names ${table}, which the design does not change`);
    }
  },
);

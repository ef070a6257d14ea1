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

import { z } from 'zod';

const Text = z.string().max(4000);

/** The part of the database-change protocol something was found in; keys of DATABASE_CHANGE_STEPS. */
export const RehearsedStep = z.enum(['design', 'script', 'replica', 'deployment', 'rollout']);

/** Something a step refuses a change for, with what shows it. */
export const RehearsalProblem = z.strictObject({
  step: RehearsedStep,
  text: z.string().min(1).max(1000),
  evidence: z.array(Text).max(20),
});
export type RehearsalProblem = z.infer<typeof RehearsalProblem>;

/** A statement as it ran on the replica while readers and writers went on; times in milliseconds. */
export const MeasuredStatement = z.strictObject({
  migration: z.string().max(300),
  direction: z.enum(['up', 'down']),
  sql: Text,
  /** The strongest lock it held on a table that was there before, as pg_locks names it; null: none. */
  lock: z.string().max(60).nullable(),
  tables: z.array(z.string().max(200)).max(50),
  runMs: z.number().min(0),
  /** Longest a reader, and a writer, was kept waiting. */
  readersBlockedMs: z.number().min(0),
  writersBlockedMs: z.number().min(0),
  /** Requests of readers and writers that were made meanwhile. */
  samples: z.int().min(0),
});
export type MeasuredStatement = z.infer<typeof MeasuredStatement>;

/** One thing done in a rehearsal, in order. */
export const RehearsedAction = z.strictObject({
  name: z.string().max(200),
  outcome: z.enum(['done', 'refused', 'could-not-run', 'not-applicable']),
  detail: Text,
  ms: z.number().min(0),
});
export type RehearsedAction = z.infer<typeof RehearsedAction>;

/** What a migration did on a replica (charter: "Database Change Coordination", step 3); a blob. */
export const RehearsalReport = z.strictObject({
  commit: z.string(),
  /** Version of the server, and where it came from. */
  server: z.string().max(200),
  tool: z.string().max(100),
  tables: z.array(z.strictObject({ table: z.string(), rows: z.int() })).max(1000),
  actions: z.array(RehearsedAction).max(200),
  statements: z.array(MeasuredStatement).max(500),
  /** What it destroys of data that is there. */
  destructive: z.array(z.strictObject({ migration: z.string(), what: z.string(), sql: Text })).max(100),
  /** Whether the version of the base passes its tests on the new schema; null: that could not be told. */
  oldVersionWorks: z.boolean().nullable(),
  problems: z.array(RehearsalProblem).max(50),
  /** What could not be executed, and why. */
  notExecuted: z.array(Text).max(50),
  seconds: z.number().min(0),
});
export type RehearsalReport = z.infer<typeof RehearsalReport>;

/** A backup and a restore that were made (step 4), or the phases of a rollout that were walked through (step 5); a blob. */
export const DrillReport = z.strictObject({
  commit: z.string(),
  method: z.string().max(300),
  actions: z.array(RehearsedAction).max(200),
  problems: z.array(RehearsalProblem).max(50),
  notExecuted: z.array(Text).max(50),
  seconds: z.number().min(0),
});
export type DrillReport = z.infer<typeof DrillReport>;

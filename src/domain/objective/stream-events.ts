import { z } from 'zod';
import { Escalation } from '../escalation/escalation';
import { ObjectiveEvent } from './status';
import { Outcome } from '../department/states';

const Money = z.number().nullable();

/** The objective is under way; `attached`: it was already. `ui`: its page in the Web UI, where one is known. */
const Started = z.strictObject({
  type: z.literal('started'),
  objective: z.string(),
  attached: z.boolean(),
  model: z.string(),
  budgetUsd: Money,
  ui: z.string().nullable(),
});

/** One line of the run, as status keeps it. */
const RunEvent = ObjectiveEvent.extend({ type: z.literal('event') });

/** An open question, printed when nothing goes on without its answer. */
const Question = Escalation.extend({ type: z.literal('escalation') });

/** Nothing goes on without a human: what is waited for, and the commands that go on, as they can be run here. */
const NeedsHuman = z.strictObject({
  type: z.literal('needs-human'),
  objective: z.string(),
  state: z.string(),
  commands: z.array(z.string()),
});

/** A worker polls. */
const WorkerUp = z.strictObject({ type: z.literal('worker'), address: z.string(), namespace: z.string() });

/** The last line. `outcome` null: it did not end, see `exitCode`. `pullRequest`: its address, where there is one. */
const Result = z.strictObject({
  type: z.literal('result'),
  objective: z.string(),
  outcome: Outcome.nullable(),
  exitCode: z.int(),
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  report: z.string().nullable(),
  pullRequest: z.string().optional(),
});

/** One line of a streaming command (`start-objective`, `attach`, `worker`) under `--json`. */
export const StreamEvent = z.discriminatedUnion('type', [
  Started,
  RunEvent,
  Question,
  NeedsHuman,
  WorkerUp,
  Result,
]);
export type StreamEvent = z.infer<typeof StreamEvent>;
export type ResultEvent = z.infer<typeof Result>;

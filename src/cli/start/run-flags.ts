import { z } from 'zod';
import {
  DEFAULT_BUDGET_USD,
  DEFAULT_MAX_PARALLEL,
  ObjectiveText,
  RunOptions,
} from '../../domain/objective/objective';
import { firstGiven, SETTINGS_FILE, type Settings, type Sourced } from '../../domain/notification/settings';
import { parseFlags } from '../parse-flags';

const on = z.literal(true).optional();
const text = z.string().trim().min(1, 'must not be empty').optional();

/** US dollars as written; null: no limit. */
export const BudgetFlag = z.string().transform((value, context) => {
  if (value.trim().toLowerCase() === 'none') return null;
  const usd = /^[0-9]+(\.[0-9]+)?$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (Number.isFinite(usd) && usd > 0) return usd;
  context.addIssue({
    code: 'custom',
    message: `"${value}" is no budget; give US dollars such as 2.50, or none`,
  });
  return z.NEVER;
});

const ParallelFlag = z.string().transform((value, context) => {
  const count = /^[0-9]{1,3}$/.test(value.trim()) ? Number(value) : 0;
  if (count >= 1 && count <= 64) return count;
  context.addIssue({ code: 'custom', message: `"${value}" is no number of tasks; give one from 1 to 64` });
  return z.NEVER;
});

const DeadlineFlag = z.string().transform((value, context) => {
  const instant = z.iso.datetime({ offset: true }).safeParse(value.trim());
  if (!instant.success) {
    context.addIssue({
      code: 'custom',
      message: `"${value}" is no instant; give one in ISO 8601 with its zone, such as 2030-06-01T18:00:00Z`,
    });
    return z.NEVER;
  }
  if (Date.parse(instant.data) <= Date.now()) {
    context.addIssue({ code: 'custom', message: `"${value}" has passed; give an instant to come` });
    return z.NEVER;
  }
  return instant.data;
});

/** The flags of `start-objective` as written. */
const StartFlags = z.strictObject({
  repo: text,
  base: text,
  config: text,
  trust: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/i, 'is the hash that `survey` printed')
    .optional(),
  approvePlan: on,
  maxParallel: ParallelFlag.default(DEFAULT_MAX_PARALLEL),
  budgetUsd: BudgetFlag.optional(),
  deadline: DeadlineFlag.optional(),
  dryRun: on,
  detach: on,
  // commander writes `--no-wait` as wait: false.
  wait: z.boolean().default(true),
  push: on,
  pr: on,
  allowUnsandboxed: on,
  scenario: text,
  record: text,
});
type StartFlags = z.infer<typeof StartFlags>;

/** A start as asked for, with what the settings of the installation add. */
export interface StartAsked {
  readonly objective: string;
  readonly flags: StartFlags;
  readonly options: RunOptions;
  readonly settings: Settings;
  /** What `options` say about money, with where it comes from. */
  readonly budget: Sourced<number | null>;
}

/** Checks everything that needs no look at the world. @throws ConfigurationError of one sentence */
export function parseStart(args: readonly string[], flags: unknown, settings: Settings): StartAsked {
  const objective = parseFlags(ObjectiveText, args.join(' '));
  const parsed = parseFlags(StartFlags, flags);
  const budget = firstGiven<number | null>(
    DEFAULT_BUDGET_USD,
    ['--budget-usd', parsed.budgetUsd],
    [SETTINGS_FILE, settings.budgetUsd],
  );
  const options = RunOptions.parse({
    maxParallel: parsed.maxParallel,
    budgetUsd: budget.value,
    deadline: parsed.deadline ?? null,
    approvePlan: parsed.approvePlan ?? false,
    push: parsed.push ?? false,
    ...(parsed.pr === true ? { pr: true } : {}),
    allowUnsandboxed: parsed.allowUnsandboxed ?? false,
  });
  return { objective, flags: parsed, options, settings, budget };
}

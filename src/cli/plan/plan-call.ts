import { z } from 'zod';
import { PlanPatch } from '../../domain/objective/messages';
import { ConfigurationError } from '../../domain/common/user-error';
import { taskIdArgument } from '../argument';
import { ByFlag } from '../by';
import { describeIssue, parseFlags } from '../parse-flags';

const on = z.literal(true).optional();
const given = z.string().trim().min(1, 'must not be empty');

export const PlanFlags = z.strictObject({
  graph: on,
  yaml: on,
  file: given.optional(),
  patch: given.optional(),
  planVersion: z.coerce.number({ error: 'is a number' }).int().min(1).optional(),
  comment: given.max(8000).optional(),
  by: ByFlag,
});
export type PlanFlags = z.infer<typeof PlanFlags>;

/** What `plan` is asked to do. */
export type PlanCall =
  | { readonly kind: 'show'; readonly as: 'table' | 'graph' | 'yaml' }
  | { readonly kind: 'approve' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'edit'; readonly file: string | null }
  | { readonly kind: 'patch'; readonly patch: readonly PlanPatch[] };

/**
 * Partial edits in words, such as `reassign T3 @python-pro`. `value`: what stands behind the task; null: nothing may.
 */
const OPS: Readonly<
  Record<PlanPatch['op'], { readonly value: string | null; readonly read: (value: string) => object }>
> = {
  reassign: { value: '@specialist', read: (value) => ({ specialist: value.replace(/^@/, '') }) },
  drop: { value: null, read: () => ({}) },
  depend: { value: 'task to wait for', read: (value) => ({ on: taskIdArgument(value) }) },
  budget: {
    value: 'US dollars, or none',
    read: (value) => ({ usd: value === 'none' ? null : Number(value) }),
  },
};

const isOp = (word: string): word is PlanPatch['op'] => Object.hasOwn(OPS, word);

/**
 * Reads what stands behind `plan <id>`.
 * @throws ConfigurationError of one sentence
 */
export function readPlanCall(args: readonly string[], flags: PlanFlags): PlanCall {
  const [action = flags.patch === undefined && flags.file === undefined ? 'show' : 'edit', task, value] =
    args;
  refuseStray(action, flags);
  if (isOp(action)) return { kind: 'patch', patch: [readOp(action, task, value)] };
  if (task !== undefined) throw new ConfigurationError(`${action} takes no task; see plan --help.`);
  switch (action) {
    case 'show':
      if (flags.graph === true && flags.yaml === true)
        throw new ConfigurationError('One view at a time: --graph or --yaml.');
      return { kind: 'show', as: flags.graph === true ? 'graph' : flags.yaml === true ? 'yaml' : 'table' };
    case 'approve':
    case 'reject':
      return { kind: action };
    case 'edit':
      if (flags.patch !== undefined && flags.file !== undefined)
        throw new ConfigurationError('One edit at a time: --patch or --file.');
      return flags.patch === undefined
        ? { kind: 'edit', file: flags.file ?? null }
        : { kind: 'patch', patch: readPatch(flags.patch) };
    default:
      throw new ConfigurationError(
        `A plan can be shown, approved, rejected or edited, not "${action}"; see plan --help.`,
      );
  }
}

function refuseStray(action: string, flags: PlanFlags): void {
  const stray = [
    action === 'edit' ? [] : (['file', 'patch'] as const),
    action === 'show' ? [] : (['graph', 'yaml'] as const),
  ]
    .flat()
    .find((flag) => flags[flag] !== undefined);
  if (stray !== undefined)
    throw new ConfigurationError(`--${stray} has no place at plan ${action}; see plan --help.`);
}

function readOp(op: PlanPatch['op'], task: string | undefined, value: string | undefined): PlanPatch {
  const row = OPS[op];
  if (task === undefined || (row.value !== null && value === undefined)) {
    const words = ['<task>', ...(row.value === null ? [] : [`<${row.value}>`])].join(' ');
    throw new ConfigurationError(`Say it in full: plan <id> ${op} ${words}.`);
  }
  if (row.value === null && value !== undefined)
    throw new ConfigurationError(`plan <id> ${op} takes one task and nothing else.`);
  const patch = PlanPatch.safeParse({ op, taskId: taskIdArgument(task), ...row.read(value ?? '') });
  if (patch.success) return patch.data;
  throw new ConfigurationError(
    `${value ?? ''} cannot be used for ${op}: ${patch.error.issues[0]?.message ?? ''}.`,
  );
}

function readPatch(text: string): readonly PlanPatch[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(
      '--patch: is no JSON; a patch looks like [{"op":"drop","taskId":"backend-T005"}].',
      {
        cause: error,
      },
    );
  }
  const parsed = z
    .array(PlanPatch)
    .min(1)
    .max(200)
    .safeParse(Array.isArray(value) ? value : [value]);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigurationError(
    `--patch: ${issue === undefined ? describeIssue(parsed.error) : `${issue.path.join('.')}: ${issue.message}`}; see docs/plan-review.md.`,
  );
}

/** Flags as commander gives them. */
export function readPlanFlags(flags: Readonly<Record<string, unknown>>): PlanFlags {
  return parseFlags(PlanFlags, flags);
}

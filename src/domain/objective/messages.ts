import { z } from 'zod';
import { Proof } from '../escalation/decision-proof';
import { Plan, TaskBudget, TaskId } from '../plan/plan';
import { RoleName } from '../department/specialists';

const By = z.string().min(1).max(200);

/** One partial edit of a plan. */
export const PlanPatch = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('reassign'), taskId: TaskId, specialist: RoleName }),
  z.strictObject({ op: z.literal('drop'), taskId: TaskId }),
  z.strictObject({ op: z.literal('depend'), taskId: TaskId, on: TaskId }),
  /** null: no budget of its own any more. */
  z.strictObject({ op: z.literal('budget'), taskId: TaskId, usd: TaskBudget.nullable() }),
]);
export type PlanPatch = z.infer<typeof PlanPatch>;

/** Payload of `reviewPlan`. */
export const ReviewPlan = z
  .strictObject({
    decision: z.enum(['approve', 'edit', 'reject']),
    baseVersion: z.int().min(1).optional(),
    plan: Plan.optional(),
    patch: z.array(PlanPatch).max(200).optional(),
    comment: z.string().min(1).max(8000).optional(),
    by: By,
    proof: Proof.optional(),
  })
  .refine((m) => m.decision !== 'edit' || m.plan !== undefined || m.patch !== undefined, {
    message: 'an edit needs a plan or a patch',
  });
export type ReviewPlan = z.infer<typeof ReviewPlan>;

export const Steer = z.strictObject({
  taskId: TaskId.optional(),
  message: z.string().min(1).max(8000),
  by: By,
});
export type Steer = z.infer<typeof Steer>;

export const Pause = z.strictObject({ by: By, reason: z.string().max(1000).optional() });
export type Pause = z.infer<typeof Pause>;

export const CancelTask = z.strictObject({ taskId: TaskId, by: By, reason: z.string().max(1000).optional() });
export type CancelTask = z.infer<typeof CancelTask>;

export const SetBudget = z.strictObject({ usd: z.number().positive(), by: By, proof: Proof.optional() });
export type SetBudget = z.infer<typeof SetBudget>;

/** Names shared by workflow, client and documentation; a message is a signal and an update of the same name. */
export const OBJECTIVE_WORKFLOW = 'objectiveWorkflow';
export const TASK_QUEUE = 'backend-coordinator';
/** Where what belongs to a decision is done, by every worker: also by one that carries no other activity. */
export const decisionQueue = (taskQueue: string = TASK_QUEUE): string => `${taskQueue}-decisions`;
/** Query of an objective by its own attempts; argument: the task's id. See mail.ts. */
export const ATTEMPT_MAILBOX = 'attemptMailbox';
/** Query of an objective: its input and all that carries over, so that a closed one can be taken up again. */
export const CARRIED_PROGRESS = 'carriedProgress';
export const QUERIES = { objectiveStatus: 'objectiveStatus', openEscalations: 'openEscalations' } as const;
export const MESSAGES = {
  resolveEscalation: 'resolveEscalation',
  reviewPlan: 'reviewPlan',
  reviewContract: 'reviewContract',
  steer: 'steer',
  pause: 'pause',
  resume: 'resume',
  cancelTask: 'cancelTask',
  setBudget: 'setBudget',
  takeFeedback: 'takeFeedback',
} as const;
export type MessageName = keyof typeof MESSAGES;

/** Messages that may carry a proof of who decides. */
export const PROVABLE: ReadonlySet<string> = new Set<MessageName>([
  'resolveEscalation',
  'reviewPlan',
  'reviewContract',
  'setBudget',
]);

/** Search attributes, with their Temporal types; registered by the embedded server and by `setup`. */
export const SEARCH_ATTRIBUTES = [
  { name: 'CoordinatorStatus', type: 'KEYWORD' },
  { name: 'CoordinatorEscalationLevel', type: 'INT' },
  { name: 'CoordinatorRepository', type: 'KEYWORD' },
] as const;

/** What an update answers. */
export const Answer = z.strictObject({ accepted: z.boolean(), message: z.string() });
export type Answer = z.infer<typeof Answer>;

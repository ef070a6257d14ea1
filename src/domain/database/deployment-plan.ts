import { z } from 'zod';

const Line = z.string().min(1).max(500);

/** How @database-admin has a schema change deployed (charter: "Database Change Coordination", step 4). */
export const DeploymentPlan = z.strictObject({
  summary: z.string().min(1).max(1000),
  /** When: a window, or why none is needed. */
  window: Line,
  /** What is done, one after another; backup first. */
  order: z.array(Line).min(1).max(30),
  /** Longest lock to be expected on the real data, in milliseconds, from what the replica measured. */
  estimatedLockMs: z.number().min(0),
  backup: Line,
  restore: Line,
  /** What stops the deployment. */
  abortWhen: z.array(Line).min(1).max(20),
  signOff: z.strictObject({
    decision: z.enum(['approved', 'refused']),
    /** What the decision stands on, or what has to change. */
    reason: Line,
  }),
});
export type DeploymentPlan = z.infer<typeof DeploymentPlan>;

/**
 * Ways of rolling a change out, with what each needs; the catalogue a choice is made from (charter: "Database Change
 * Coordination", step 5).
 */
export const ROLLOUT_STRATEGIES = [
  {
    name: 'in-place',
    title: 'In place',
    fits: 'the change only adds, its locks are short, and one version of the service runs at a time or both get along',
    needs: 'a short lock and an old version that works on the new schema, or a pause of the service',
  },
  {
    name: 'blue-green',
    title: 'Blue-green',
    fits: 'old and new version may run side by side on the same schema and traffic can be switched at once',
    needs: 'an old version that works on the new schema, and a second set of instances',
  },
  {
    name: 'canary',
    title: 'Canary',
    fits: 'the effect on load or behaviour is uncertain and a part of the traffic can tell',
    needs: 'an old version that works on the new schema, and routing of a share of requests',
  },
  {
    name: 'expand-contract',
    title: 'Expand, migrate, contract',
    fits: 'something is renamed, retyped or removed that the old version still uses',
    needs: 'two deployments with the destructive part in the second, and a backfill between them',
  },
] as const;
const RolloutStrategy = z.enum(ROLLOUT_STRATEGIES.map((row) => row.name));

/** One phase of a rollout. What a replica can rehearse of it is named by `action`. */
const RolloutPhase = z.strictObject({
  name: z.string().min(1).max(100),
  /** `migrate-up`/`migrate-down` run the migration, `backfill` its data part, `deploy`/`switch`/`observe` are people's. */
  action: z.enum(['migrate-up', 'migrate-down', 'backfill', 'deploy', 'switch', 'observe']),
  /** True before it may begin, and true when it is over. */
  entry: Line,
  exit: Line,
  /** How this phase is taken back; for migrations a command, for the rest words. */
  rollback: Line,
});

export const RolloutPlan = z.strictObject({
  strategy: RolloutStrategy,
  reasons: z.array(Line).min(1).max(10),
  phases: z.array(RolloutPhase).min(1).max(12),
});
export type RolloutPlan = z.infer<typeof RolloutPlan>;

const BACKUP = /\bback(?:ed)?[ -]?up\b|\bbackup|\bpg_dump|\bdump\b|\bsnapshot/i;

/**
 * Deployments that fit what was measured: a backup comes first where data is destroyed, and the lock that is expected is
 * no shorter than the one that was seen. Others go back to the model.
 * @param measured what the replica says: data that is destroyed, longest wait of a reader or writer in milliseconds
 */
export function deploymentAnswer(measured: {
  readonly destructive: boolean;
  readonly blockedMs: number;
}): z.ZodType<DeploymentPlan> {
  return DeploymentPlan.superRefine((plan, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (measured.destructive && !BACKUP.test(plan.order[0] ?? ''))
      complain('data is destroyed, so order begins with the backup');
    if (plan.estimatedLockMs < measured.blockedMs)
      complain(
        `requests waited ${String(measured.blockedMs)} ms on the replica; estimatedLockMs is below that`,
      );
  });
}

const NO_WAY_BACK = /^\W*(?:none|nothing|no|n\/a|not (?:needed|applicable|possible))?\W*$/i;

/**
 * Rollouts that fit: versions run side by side only where the old one works on the new schema, and phases are those
 * the strategy consists of. Others go back to the model.
 */
export function rolloutAnswer(seen: {
  /** Whether the version of the base passes its tests on the new schema; null: that could not be told. */
  readonly oldVersionWorks: boolean | null;
  /** The design says why there is no way down. */
  readonly irreversible: boolean;
}): z.ZodType<RolloutPlan> {
  return RolloutPlan.superRefine((plan, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const { strategy, phases } = plan;
    const count = (...actions: readonly RolloutPlan['phases'][number]['action'][]): number =>
      phases.filter(({ action }) => actions.includes(action)).length;
    if (strategy !== 'expand-contract' && seen.oldVersionWorks === false)
      complain(`${strategy} needs an old version that works on the new schema, and it does not`);
    if (count('migrate-up') === 0) complain('no phase runs the migration (migrate-up)');
    const onward = phases.filter(({ action }) => action === 'migrate-up' || action === 'backfill');
    const stuck = onward.filter(({ rollback }) => NO_WAY_BACK.test(rollback)).map(({ name }) => name);
    if (stuck.length > 0 && !seen.irreversible) complain(`${stuck.join(', ')} says no way back`);
    if (count('deploy', 'switch') === 0) complain('no phase brings the new version (deploy or switch)');
    if (strategy === 'blue-green' && count('switch') === 0)
      complain('blue-green switches the traffic (switch)');
    if (strategy === 'canary' && count('observe') === 0) complain('canary observes a share (observe)');
    if (strategy === 'expand-contract' && count('deploy', 'switch') < 2)
      complain('expand-contract deploys twice (deploy)');
  });
}

import { z } from 'zod';

/**
 * What goes to level 4 at once (charter: "When to Escalate"), in the charter's order.
 * `detector` says what raises it without a specialist asking.
 */
export const TRIGGERS = [
  {
    name: 'architectural-question',
    title: 'Architectural question or mismatch',
    detector: 'a reviewer reports a mismatch with the system design',
  },
  {
    name: 'performance-unachievable',
    title: 'Performance requirement unachievable',
    detector: 'the response-time item is still red after level 2',
  },
  {
    name: 'security-concern',
    title: 'Security concern',
    detector: 'a security audit reports a finding of high severity',
  },
  {
    name: 'breaking-change',
    title: 'Breaking change needed',
    detector: 'the API spec loses something clients use, or a migration destroys data',
  },
  {
    name: 'cross-service-conflict',
    title: 'Conflict with another service',
    detector: 'an endpoint or contract that another service owns or consumes is removed or loses something',
  },
  {
    name: 'database-design-conflict',
    title: 'Database design conflict with another service',
    detector: 'a migration alters a table another service owns, or takes something from one it consumes',
  },
  {
    name: 'timeline-concern',
    title: 'Timeline concern',
    detector: 'the forecast from the critical path lies beyond the deadline',
  },
] as const;

export type Trigger = (typeof TRIGGERS)[number]['name'];
export const Trigger = z.enum(TRIGGERS.map((row) => row.name));

/**
 * Why level 4 was reached: one of the charter's triggers, or a reason of the process itself.
 * `levels-spent`: levels 1-3 did not mend it; `plan-refused`: the plan was refused three times;
 * `provider-unavailable`: six hours without a successful model call; `plan-approval` is not a failure;
 * `deployment-breach`: something watched after a deployment left its limit.
 */
const PROCESS_REASONS = [
  'levels-spent',
  'plan-refused',
  'merge-conflict',
  'base-moved',
  'gate-red',
  'review-needed',
  'unbuilt',
  'provider-unavailable',
  'provider-refused',
  'budget-exhausted',
  'model-refusal',
  'external-service-blocked',
  'could-not-run',
  'deployment-breach',
] as const;
export const EscalationReason = z.enum([...TRIGGERS.map((row) => row.name), ...PROCESS_REASONS]);
export type EscalationReason = z.infer<typeof EscalationReason>;

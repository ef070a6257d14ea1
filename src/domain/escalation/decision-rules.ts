import { z } from 'zod';
import { EscalationReason } from '../department/triggers';

/** People by what they answer for; who they are is configuration. */
const DECIDER_ROLES = ['architect', 'dba', 'security'] as const;
const DeciderRole = z.enum(DECIDER_ROLES);
type DeciderRole = z.infer<typeof DeciderRole>;
const Decider = z.enum([...DECIDER_ROLES, 'anyone']);

/** A person by name, as channels that know people tell it. */
export const PersonName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name has letters, digits, dots, dashes and underscores');
export type PersonName = z.infer<typeof PersonName>;

/** What nobody's silence decides: security, what destroys or breaks something, and what other services rest on. */
export const NEVER_BY_DEFAULT: ReadonlySet<EscalationReason> = new Set<EscalationReason>([
  'security-concern',
  'breaking-change',
  'cross-service-conflict',
  'database-design-conflict',
  'deployment-breach',
  'gate-red',
  'review-needed',
]);

/** What people decide: the questions by their reason, and the reviews. */
const Decidable = z.enum([...EscalationReason.options, 'plan-review', 'contract-review']);
export type Decidable = z.infer<typeof Decidable>;

const Default = z.strictObject({
  /** Hours after which the recommended option is taken. */
  afterHours: z.number().positive().max(720),
});

/** Who may decide what, and what happens when nobody does; the key `decisions` of `coordinator.config.json`. */
export const DecisionRules = z.strictObject({
  people: z.partialRecord(DeciderRole, z.array(PersonName).max(100)).default({}),
  /** Which role a decision is for; left out: anyone's. */
  who: z.partialRecord(Decidable, Decider).default({}),
  /** Hours after which, again and again, people are reminded of an open question; absent: never. */
  remindAfterHours: z.number().positive().max(720).optional(),
  defaults: z
    .partialRecord(EscalationReason, Default)
    .default({})
    .refine((rows) => !Object.keys(rows).some((name) => NEVER_BY_DEFAULT.has(EscalationReason.parse(name))), {
      error: `is never decided by silence: ${[...NEVER_BY_DEFAULT].join(', ')}; leave these out`,
    }),
});
export type DecisionRules = z.infer<typeof DecisionRules>;

/** Who a decision is for where the rules say so; null: anybody, also without a proof. */
export function deciderOf(rules: DecisionRules | null, about: Decidable): DeciderRole | null {
  const role = rules?.who[about] ?? 'anyone';
  return role === 'anyone' ? null : role;
}

/**
 * Why this person may not decide it, or null when they may; `person` null: nobody proved who they are.
 */
export function refuseDecider(
  rules: DecisionRules | null,
  about: Decidable,
  person: PersonName | null,
): string | null {
  const role = deciderOf(rules, about);
  if (role === null) return null;
  const people = rules?.people[role] ?? [];
  if (person !== null && people.includes(person)) return null;
  const who =
    people.length === 0
      ? `${role}, and the configuration names nobody for it`
      : `${role} (${people.slice(0, 5).join(', ')}${people.length > 5 ? ' …' : ''})`;
  return person === null
    ? `${about} is for ${who}: decide where you are known, at the command line, by MCP or in the inbox`
    : `${person} may not decide ${about}: it is for ${who}`;
}

import { z } from 'zod';
import { Proof, ProofChannel } from './decision-proof';
import { PersonName } from './decision-rules';
import { TaskId } from '../plan/plan';
import { RoleName } from '../department/specialists';
import { EscalationReason } from '../department/triggers';

export const DECISIONS = ['retry', 'reassign', 'accept', 'skip', 'abort'] as const;
export const DecisionKind = z.enum(DECISIONS);
export type DecisionKind = z.infer<typeof DecisionKind>;

/** Decisions that give work up: whoever clicks is asked once more. */
export const GIVES_UP: ReadonlySet<DecisionKind> = new Set<DecisionKind>(['skip', 'abort']);

/** Who an escalation is about: one task, or the objective as a whole. */
export const EscalationSubject = z.union([TaskId, z.literal('objective')]);
export type EscalationSubject = z.infer<typeof EscalationSubject>;

export const EscalationOption = z.strictObject({
  id: z.string().min(1).max(40),
  label: z.string().min(1).max(300),
  consequence: z.string().min(1).max(500),
  decision: DecisionKind,
});
export type EscalationOption = z.infer<typeof EscalationOption>;

/** One level-4 question, as queries and notifications show it. */
export const Escalation = z.strictObject({
  id: z.string(),
  level: z.literal(4),
  trigger: EscalationReason,
  question: z.string().min(1).max(2000),
  evidence: z.array(z.string().max(2000)).max(10),
  options: z.array(EscalationOption).min(1).max(8),
  recommended: z.string(),
  raisedAt: z.iso.datetime(),
  /** Whom the rules keep it for, as `security (lin, ada)`; absent: anyone may decide. */
  for: z.string().max(500).optional(),
  /** When `recommended` is taken unless somebody has decided; absent: it waits for ever. */
  defaultAt: z.iso.datetime().optional(),
});
export type Escalation = z.infer<typeof Escalation>;

export function escalationId(subject: EscalationSubject, sequence: number): string {
  return `${subject}-E${sequence}`;
}

/** Payload of `resolveEscalation`. */
export const ResolveEscalation = z
  .strictObject({
    escalationId: z.string().min(1).max(80),
    decision: DecisionKind,
    option: z.string().min(1).max(40).optional(),
    guidance: z.string().min(1).max(8000).optional(),
    assignee: z
      .string()
      .transform((name) => name.replace(/^@/, ''))
      .pipe(RoleName)
      .optional(),
    by: z.string().min(1).max(200),
    /** Who it is, vouched for by a channel. */
    proof: Proof.optional(),
  })
  .refine((d) => d.decision !== 'accept' || d.guidance !== undefined, {
    path: ['guidance'],
    message: 'accept needs guidance: say why the open items are acceptable',
  })
  .refine((d) => d.decision !== 'reassign' || d.assignee !== undefined, {
    path: ['assignee'],
    message: 'reassign needs an assignee, e.g. "@nodejs-expert"',
  });
export type ResolveEscalation = z.infer<typeof ResolveEscalation>;

/** How a decision reached the workflow; `timer`: nobody decided in time, and a default was declared. */
export const Channel = z.enum(['signal', 'update', 'timer']);
export type Channel = z.infer<typeof Channel>;

/** A decision as recorded: first answer wins. */
export const Decision = z.strictObject({
  escalationId: z.string(),
  /** What the question was raised for; absent: recorded before it was kept. */
  trigger: EscalationReason.optional(),
  decision: DecisionKind,
  option: z.string().nullable(),
  guidance: z.string().nullable(),
  assignee: RoleName.nullable(),
  /** A claim. */
  by: z.string(),
  channel: Channel,
  decidedAt: z.iso.datetime(),
  /** Who it was as a proof says, and where they said so; null: nobody vouched for it. Absent in older records. */
  person: PersonName.nullable().optional(),
  via: ProofChannel.nullable().optional(),
  /** The beginning of what they were asked; absent in older records. */
  question: z.string().max(300).optional(),
});
export type Decision = z.infer<typeof Decision>;

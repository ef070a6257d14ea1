import { z } from 'zod';
import { Concern } from '../department/levels';
import { PathClaim } from '../plan/plan';
import { RoleName } from '../department/specialists';
import { Trigger } from '../department/triggers';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
const Severity = z.enum(SEVERITIES);

/** What a finding may be about. */
const FINDING_SUBJECTS = ['security', 'architecture'] as const;

/**
 * Something a reviewing specialist found in code. `high` and above goes to level 4: a security concern, or an
 * architectural question where it is about a mismatch with the system's design.
 */
export const Finding = z.strictObject({
  severity: Severity,
  title: z.string().min(1).max(200),
  file: z.string().min(1).max(300),
  line: z.int().min(1).nullable(),
  detail: z.string().min(1).max(2000),
  remedy: z.string().min(1).max(1000),
  /** Absent: security. */
  about: z.enum(FINDING_SUBJECTS).optional(),
});
export type Finding = z.infer<typeof Finding>;

/** What a specialist says at the end of an attempt through the `submit_handoff` tool. */
export const HandoffNote = z.strictObject({
  summary: z.string().min(1).max(2000),
  artefacts: z.array(z.string().min(1).max(300)).max(100),
  criteriaMet: z.array(z.string().min(1).max(1000)).max(40),
  knownLimitations: z.array(z.string().min(1).max(500)).max(20),
  findings: z.array(Finding).max(50),
});
export type HandoffNote = z.infer<typeof HandoffNote>;

/** A question to a peer (level 2), through the `consult` tool or raised by the process. */
export const ConsultationQuestion = z.strictObject({
  concern: Concern,
  question: z.string().min(1).max(4000),
});
export type ConsultationQuestion = z.infer<typeof ConsultationQuestion>;

/** A peer's structured reply. */
export const Advice = z.strictObject({
  summary: z.string().min(1).max(500),
  recommendations: z.array(z.string().min(1).max(1000)).min(1).max(10),
  risks: z.array(z.string().min(1).max(500)).max(10),
});
export type Advice = z.infer<typeof Advice>;

/** The coordinator's decision at level 3. */
export const CoordinatorReview = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('guide'), guidance: z.string().min(1).max(4000) }),
  z.strictObject({
    action: z.literal('reassign'),
    assignee: RoleName,
    guidance: z.string().min(1).max(4000),
  }),
  z.strictObject({
    action: z.literal('rescope'),
    objective: z.string().min(1).max(4000),
    guidance: z.string().min(1).max(4000),
  }),
  z.strictObject({ action: z.literal('escalate'), trigger: Trigger, question: z.string().min(1).max(2000) }),
]);
export type CoordinatorReview = z.infer<typeof CoordinatorReview>;

/** The `raise_escalation` tool: a specialist takes a trigger straight to level 4. */
export const RaisedEscalation = z.strictObject({
  trigger: Trigger,
  question: z.string().min(1).max(2000),
  evidence: z.array(z.string().min(1).max(2000)).max(10),
  recommendation: z.string().min(1).max(1000),
});
export type RaisedEscalation = z.infer<typeof RaisedEscalation>;

/** The `request_context` tool: files a role does not see by default, and why the task needs them. */
export const ContextRequest = z.strictObject({
  paths: z.array(PathClaim).min(1).max(20),
  reason: z.string().min(1).max(1000),
});
export type ContextRequest = z.infer<typeof ContextRequest>;

/** The coordinator's answer: what of the asked may be read for the rest of the task. */
export const ContextDecision = z.strictObject({
  granted: z.array(PathClaim).max(20),
  reason: z.string().min(1).max(500),
});
export type ContextDecision = z.infer<typeof ContextDecision>;

/** A recorded exception from the context rules: paths a task may read although its role would not. */
export const ContextGrant = z.strictObject({
  paths: z.array(PathClaim).min(1).max(20),
  reason: z.string().max(500),
  by: z.string().max(200),
});
export type ContextGrant = z.infer<typeof ContextGrant>;

/** The gravest findings, few enough and short enough to travel in workflow history; all are in the transcript. */
export function findingsForHistory(findings: readonly Finding[]): Finding[] {
  return [...findings]
    .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))
    .slice(0, 5)
    .map((finding) => ({
      ...finding,
      detail: finding.detail.slice(0, 600),
      remedy: finding.remedy.slice(0, 400),
    }));
}

import { z } from 'zod';
import { ProofChannel } from './decision-proof';
import { PersonName } from './decision-rules';
import { Channel, Escalation } from './escalation';
import { MESSAGES } from '../objective/messages';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What stands before the first line of the log. */
export const GENESIS = '0'.repeat(64);

/** What somebody was shown who decided; null: nothing in particular. */
const Saw = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('escalation'), escalation: Escalation }),
    /** The plan by its version and the blob that holds it. */
    z.strictObject({ kind: z.literal('plan'), version: z.int(), plan: z.string() }),
    z.strictObject({
      kind: z.literal('contract'),
      name: z.string(),
      revision: z.int(),
      hash: z.string().nullable(),
    }),
  ])
  .nullable();

/** What the process that asks for it writes down itself: the workflow hears nothing of who asked, or writes no line. */
const CLIENT_ACTS = ['cancelObjective', 'rewind', 'reportDeployment'] as const;
export type ClientAct = (typeof CLIENT_ACTS)[number];

/** One decision of a person, or of a default that was declared, as the process tells it to the audit log. */
export const AuditEntry = z.strictObject({
  /** The same for every try to write it down. */
  id: z.string().min(1).max(80),
  at: z.iso.datetime(),
  /** Workflow id: the objective's, or that of the watch over its deployment. */
  objective: z.string(),
  /** The repository's identity, and how lists name it. */
  repository: z.string(),
  repositoryLabel: z.string(),
  message: z.enum([...z.enum(MESSAGES).options, ...CLIENT_ACTS]),
  who: z.strictObject({
    /** A claim. */
    by: z.string(),
    /** Who it was as a proof says, or the process that wrote the line, and where they said so; null: nobody vouched for it. */
    person: PersonName.nullable(),
    via: ProofChannel.nullable(),
    /** `client`: no message to the workflow, but asked of Temporal by the process that wrote this line. */
    channel: z.enum([...Channel.options, 'client']),
  }),
  /** What was said, without `by` and proof. */
  decision: z.record(z.string(), z.json()),
  saw: Saw,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const RecordDecisionsRequest = z.strictObject({ entries: z.array(AuditEntry).min(1).max(50) });
export type RecordDecisionsRequest = z.infer<typeof RecordDecisionsRequest>;

/** The newest line, kept beside the log: whoever cuts lines off has to change both. */
export const AuditHead = z.strictObject({ seq: z.int().min(0), hash: Hash });
export type AuditHead = z.infer<typeof AuditHead>;

const Chained = {
  /** From 1, without gaps. */
  seq: z.int().min(1),
  /** `hash` of the line before. */
  prev: Hash,
  /** sha-256 of the canonical JSON (RFC 8785) of this line without `hash`. */
  hash: Hash,
};

/** One line of `audit/log.jsonl`: a decision, what was cut off after a crash, or that lines before it are not those there were. */
export const AuditLine = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('decision'), ...AuditEntry.shape, ...Chained }),
  z.strictObject({
    kind: z.literal('cut'),
    at: z.iso.datetime(),
    /** Bytes of a line that a crash left unfinished, and their sha-256. */
    bytes: z.int().min(1),
    sha256: Hash,
    ...Chained,
  }),
  z.strictObject({
    kind: z.literal('break'),
    at: z.iso.datetime(),
    /** What was noted as the newest line, to which the lines before do not lead; null: the note was gone. */
    noted: AuditHead.nullable(),
    ...Chained,
  }),
]);
export type AuditLine = z.infer<typeof AuditLine>;

/** What a walk along the chain found; `problem` null: every line holds. */
export interface AuditVerdict {
  readonly lines: number;
  readonly head: AuditHead;
  /** The first line that does not hold, from 1, and why. */
  readonly problem: { readonly line: number; readonly why: string } | null;
  /** Harmless things somebody should know, one sentence each. */
  readonly notes: readonly string[];
}

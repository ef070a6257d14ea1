import { z } from 'zod';
import { canonicalJson } from '../common/canonical-json';
import { PersonName } from './decision-rules';

/** Where people decide; each of these knows who they are. */
export const ProofChannel = z.enum(['cli', 'mcp', 'inbox']);
export type ProofChannel = z.infer<typeof ProofChannel>;

/** Who speaks, as a channel knows it. */
export const Speaker = z.strictObject({ person: PersonName, channel: ProofChannel });
export type Speaker = z.infer<typeof Speaker>;

/**
 * That a channel of this installation vouches for a person: HMAC-SHA256, in hex, over {@link provenText} with the
 * installation's decision key. It holds for one message to one workflow; `at` makes each one of its own.
 */
export const Proof = Speaker.extend({
  at: z.iso.datetime(),
  mac: z.string().regex(/^[0-9a-f]{64}$/, 'a mac is a sha-256 in hexadecimal'),
});
export type Proof = z.infer<typeof Proof>;

/** Milliseconds that the clocks of two hosts may be apart. */
const CLOCKS_APART_MS = 60_000;

/**
 * Why a proof cannot be about what has been asked since an instant, or null where it can: it was made before. A rewound
 * objective asks again under the same ids, and has forgotten which proofs were used.
 */
export function refuseOlderProof({ person, at }: Proof, askedAt: string | null): string | null {
  if (askedAt === null || Date.parse(at) >= Date.parse(askedAt) - CLOCKS_APART_MS) return null;
  return `the proof of ${person} was made at ${at}, before this was asked at ${askedAt}: decide anew (or set the clocks right)`;
}

/** What a proof is made over. */
export interface Statement {
  readonly workflowId: string;
  /** Name of the message. */
  readonly name: string;
  /** The message as it is sent, without its proof. */
  readonly payload: unknown;
  readonly speaker: Speaker;
  readonly at: string;
}

/** The bytes that are signed, as text: RFC 8785 JSON, so that both sides spell it alike. */
export function provenText({ workflowId, name, payload, speaker, at }: Statement): string {
  const { person, channel } = speaker;
  return canonicalJson({ version: 1, workflowId, name, payload, person, channel, at });
}

/** What a worker is asked: whether the proof holds for this message. */
export const VerifyProofRequest = z.strictObject({
  workflowId: z.string(),
  name: z.string(),
  payload: z.unknown(),
  proof: Proof,
});
export type VerifyProofRequest = z.infer<typeof VerifyProofRequest>;

export interface VerifyProofResult {
  readonly holds: boolean;
}

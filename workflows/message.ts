import {
  ApplicationFailure,
  CancellationScope,
  defineSignal,
  defineUpdate,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { z } from 'zod';
import { Proof, refuseOlderProof, type Speaker } from '../src/domain/escalation/decision-proof';
import type { PersonName } from '../src/domain/escalation/decision-rules';
import type { Channel } from '../src/domain/escalation/escalation';
import { MESSAGE_DESCRIPTIONS } from '../src/domain/objective/message-descriptions';
import type { Answer } from '../src/domain/objective/messages';
import { deciding, whyOf } from './proxies';

/** A payload as it was read, or why it cannot be used. */
type ReadMessage<T> = { readonly body: T } | { readonly why: string };

/** How a message came, and who it is from; `speaker` null: nobody vouched for anybody. */
export interface Sender {
  readonly channel: Channel;
  readonly speaker: Speaker | null;
}

/** Proofs that were used, newest last; one makes one decision. */
const KEPT_PROOFS = 200;

interface Row<T> {
  /** Synchronous, since update validators must be. `person`: who it is from, as far as that is known. */
  readonly read: (payload: unknown, person: PersonName | null) => ReadMessage<T>;
  /**
   * Why an update is not even let into the history. Replay runs no validator, so it may refuse what older histories have
   * taken; `take` refuses the same behind a patch.
   */
  readonly refuseNew?: (body: T) => string | null;
  /** Since when what a message answers has been asked; null where it answers nothing. */
  readonly askedAt: (body: T) => string | null;
  /** Gives what an update answers, at once or when it is known; nobody waits for what a signal gives. */
  readonly take: (body: T, sender: Sender) => string | Promise<string>;
  readonly ignore: (why: string) => void;
  /** Macs of the proofs that were used; it is added to. */
  readonly usedProofs: string[];
}

const accepted = (message: string): Answer => ({ accepted: true, message });

/** What is wrong with a payload, in one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}

/**
 * Installs one message as a signal and as an update of the same name. A message without a proof is taken at once. One
 * with a proof is looked at, its proof is verified, and then it is looked at again: whoever was taken meanwhile was first.
 */
export function installMessage<T>(name: keyof typeof MESSAGE_DESCRIPTIONS, row: Row<T>): void {
  const description = MESSAGE_DESCRIPTIONS[name];
  const refuse = (why: string): never => {
    throw ApplicationFailure.nonRetryable(why, 'Message.Refused');
  };
  const readFirst = (payload: unknown): ReadMessage<T> => row.read(payload, proofOf(payload)?.person ?? null);

  // Signals from the Web UI are untyped JSON: what cannot be used is recorded and ignored, for a throw here would
  // fail the workflow task for ever.
  setHandler(
    defineSignal<[unknown]>(name),
    (payload) => {
      const read = readFirst(payload);
      if ('why' in read) {
        row.ignore(read.why);
        return;
      }
      const proof = proofOf(payload);
      if (proof === null) {
        void row.take(read.body, { channel: 'signal', speaker: null });
        return;
      }
      // Code from before proofs did not know the key.
      if (!patched('decision-proofs')) {
        row.ignore('Unrecognized key: "proof"');
        return;
      }
      return readProven(name, row, payload, proof, (body, speaker) => {
        void row.take(body, { channel: 'signal', speaker });
      }).then((proven) => {
        if ('why' in proven) row.ignore(proven.why);
      });
    },
    { description },
  );
  setHandler(
    defineUpdate<Answer, [unknown]>(name),
    (payload) => {
      const read = readFirst(payload);
      if ('why' in read) return refuse(read.why);
      const proof = proofOf(payload);
      const take = (body: T, speaker: Speaker | null): Answer | Promise<Answer> => {
        const said = row.take(body, { channel: 'update', speaker });
        return typeof said === 'string' ? accepted(said) : said.then(accepted);
      };
      if (proof === null) return take(read.body, null);
      return readProven(name, row, payload, proof, take).then((proven) =>
        'why' in proven ? refuse(proven.why) : proven.taken,
      );
    },
    {
      description,
      validator: (payload) => {
        const read = readFirst(payload);
        if ('why' in read) return refuse(read.why);
        const why = row.refuseNew?.(read.body) ?? null;
        if (why !== null) refuse(why);
      },
    },
  );
}

/** The proof a payload carries; null where it has none, or none of that shape, which its schema refuses. */
function proofOf(payload: unknown): Proof | null {
  if (typeof payload !== 'object' || payload === null || !('proof' in payload)) return null;
  return Proof.safeParse(payload.proof).data ?? null;
}

/**
 * Takes a message once its proof was looked at. Where it does not hold, the message is nobody's in particular. Looking at the
 * message again and taking it is one step: two proofs may be verified within one workflow task, and only one may be first.
 */
async function readProven<T, R>(
  name: string,
  row: Row<T>,
  payload: unknown,
  proof: Proof,
  take: (body: T, speaker: Speaker | null) => R,
): Promise<{ readonly taken: Awaited<R> } | { readonly why: string }> {
  const { person, channel, mac } = proof;
  const broken = await verify(name, payload, proof);
  if (broken === null) {
    if (row.usedProofs.includes(mac)) return { why: `this proof of ${person} was used already` };
    const read = row.read(payload, person);
    if ('why' in read) return read;
    const older = refuseOlderProof(proof, row.askedAt(read.body));
    if (older !== null) return { why: older };
    row.usedProofs.push(mac);
    if (row.usedProofs.length > KEPT_PROOFS) row.usedProofs.shift();
    return { taken: await take(read.body, { person, channel }) };
  }
  const read = row.read(payload, null);
  return 'why' in read ? { why: `${broken}; ${read.why}` } : { taken: await take(read.body, null) };
}

/** Null where the proof holds, else why it does not count. Never rejects: a signal's handler must not. */
async function verify(name: string, payload: unknown, proof: Proof): Promise<string | null> {
  const said = Object.fromEntries(Object.entries(payload ?? {}).filter(([key]) => key !== 'proof'));
  const request = { workflowId: workflowInfo().workflowId, name, payload: said, proof };
  try {
    const { holds } = await CancellationScope.nonCancellable(() => deciding().verifyProof(request));
    return holds
      ? null
      : `the proof of ${proof.person} does not hold: it was made for another message, or with another key than this worker's (every host needs the same decision-key; start workers anew after it was changed)`;
  } catch (error) {
    const why = error instanceof Error ? whyOf(error) : String(error);
    return `the proof of ${proof.person} could not be verified (${why})`;
  }
}

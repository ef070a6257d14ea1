import { CancellationScope, condition, patched, sleep, TemporalFailure, uuid4 } from '@temporalio/workflow';
import type { AuditEntry } from '../src/domain/escalation/audit';
import type { MessageName } from '../src/domain/objective/messages';
import type { Sender } from './message';
import { deciding, whyOf } from './proxies';

/** Entries written down at once. */
const BATCH = 20;
const LONGEST_PAUSE_MS = 60_000;
/** How long a log that cannot be written keeps the end of a workflow waiting, and until somebody is told of it. */
const AUDIT_PATIENCE_MS = 10 * 60_000;
/** What is not in the log by then is written down by the next run, which carries it over. */
const BEFORE_THE_NEXT_RUN_MS = 60_000;

/** Has the decisions of one workflow written to the audit log, in order and without holding anything up. */
export interface Auditor {
  /** Takes down a decision; `saw` is what it was made on. */
  note(decision: {
    readonly message: MessageName;
    /** The message as it was taken. */
    readonly body: object;
    readonly sender: Sender;
    readonly saw: AuditEntry['saw'];
  }): void;
  /**
   * Resolves once everything is written down, or when that takes too long: the next run goes on with what is missing, and
   * the end says so.
   */
  settle(before: 'end' | 'next-run'): Promise<void>;
}

/**
 * @param pending entries that are not written down yet: plain data of the workflow's state, so that the next run goes on
 *   with them
 * @param say records one line of the run
 */
export function createAuditor(request: {
  readonly pending: AuditEntry[];
  readonly subject: Pick<AuditEntry, 'objective' | 'repository' | 'repositoryLabel'>;
  readonly say: (text: string) => void;
}): Auditor {
  const { pending, subject, say } = request;
  let draining = false;

  async function drain(): Promise<void> {
    let troubledSince: number | null = null;
    let told = false;
    for (let tries = 0; pending.length > 0;) {
      const entries = pending.slice(0, BATCH);
      try {
        await deciding().recordDecisions({ entries });
        pending.splice(0, entries.length);
        [tries, troubledSince] = [0, null];
      } catch (error) {
        if (!(error instanceof TemporalFailure)) throw error;
        troubledSince ??= Date.now();
        if (!told && Date.now() - troubledSince >= AUDIT_PATIENCE_MS) {
          told = true;
          say(`the audit log cannot be written: ${whyOf(error)}; it is tried again`);
        }
        await sleep(Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** tries));
        tries += 1;
      }
    }
  }
  // Cancelling the workflow cancels no record of a decision.
  const start = (): void => {
    if (draining) return;
    draining = true;
    void CancellationScope.nonCancellable(drain)
      .finally(() => {
        draining = false;
      })
      // What was noted between the last look and here started nothing. Older histories left it to the next note.
      .then(() => {
        if (pending.length > 0 && patched('audit-keeps-up')) start();
      });
  };
  if (pending.length > 0) start();

  return {
    note: ({ message, body, sender, saw }) => {
      // Histories from before wrote nothing down.
      if (!patched('audit-log')) return;
      const { by, decision } = parted(body);
      const { channel, speaker } = sender;
      pending.push({
        id: uuid4(),
        at: new Date().toISOString(),
        ...subject,
        message,
        who: { by, person: speaker?.person ?? null, via: speaker?.channel ?? null, channel },
        decision,
        saw,
      });
      start();
    },
    settle: async (before) => {
      const patienceMs = before === 'end' ? AUDIT_PATIENCE_MS : BEFORE_THE_NEXT_RUN_MS;
      if (pending.length === 0 || (await condition(() => pending.length === 0, patienceMs))) return;
      if (before === 'next-run') return;
      const count = pending.length;
      say(
        `${count} ${count === 1 ? 'decision is' : 'decisions are'} not in the audit log, which cannot be written`,
      );
    },
  };
}

/** A message without who said it and the proof of that. */
function parted(body: object): { readonly by: string; readonly decision: AuditEntry['decision'] } {
  const { by, proof: _proof, ...decision } = body as AuditEntry['decision'];
  return { by: typeof by === 'string' ? by : '', decision };
}

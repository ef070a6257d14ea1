import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AuditEntry, ClientAct } from '../domain/escalation/audit';
import type { Speaker } from '../domain/escalation/decision-proof';
import type { AuditLog } from '../ports/audit';
import type { Gateway } from './gateway';

/** Something a person did to a workflow that leaves no line there, as it was taken. */
interface Act {
  /** Id of the workflow. */
  readonly objectiveId: string;
  readonly act: ClientAct;
  readonly by: string;
  /** Who speaks, where this process knows it. */
  readonly from: Speaker | null;
  /** How it was told. */
  readonly channel: AuditEntry['who']['channel'];
  /** What was said; what is left out stays out. */
  readonly said: AuditEntry['decision'];
}

const Memo = z.object({ repository: z.string() });

/**
 * Writes a line for what this process had done: nobody else would. It is done by then, so a log that cannot be written is a
 * sentence for whoever did it, not a failure; null: it is on record, or nobody keeps one.
 */
export async function recordAct(
  gateway: Pick<Gateway, 'describe'>,
  audit: AuditLog | null,
  { objectiveId, act, by, from, channel, said }: Act,
): Promise<string | null> {
  if (audit === null) return null;
  const at = new Date().toISOString();
  try {
    const memo = await gateway.describe(objectiveId).then(
      (execution) => Memo.safeParse(execution.memo).data,
      () => undefined,
    );
    const repository = memo?.repository ?? '';
    await audit.append([
      {
        id: randomUUID(),
        at,
        objective: objectiveId,
        repository,
        repositoryLabel: repository,
        message: act,
        who: { by, person: from?.person ?? null, via: from?.channel ?? null, channel },
        decision: said,
        saw: null,
      },
    ]);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `it is not in the audit log, which cannot be written (${why}); note it elsewhere`;
  }
}

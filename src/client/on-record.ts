import type { Speaker } from '../domain/escalation/decision-proof';
import { ReportDeployment } from '../domain/deployment/deployment-watch';
import type { AuditLog } from '../ports/audit';
import type { SentMessage } from './department-client';
import type { Gateway, MessageRequest } from './gateway';
import { recordAct } from './record-act';
import { rewindObjective, type Rewound } from './rewind';

export type RewindRequest = Omit<Parameters<typeof rewindObjective>[1], 'onEnded'> & {
  readonly from?: Speaker | null;
};

/**
 * Takes an objective back and leaves a line that says who did; also where it was ended for that and something failed
 * behind it, for then it has ended by their hand. `notRecorded`: why there is no line, in a sentence.
 */
export async function rewindOnRecord(
  gateway: Gateway,
  audit: AuditLog | null,
  { from = null, ...request }: RewindRequest,
): Promise<Rewound & { readonly notRecorded: string | null }> {
  const { objectiveId, taskId, by } = request;
  const act = { objectiveId, act: 'rewind', by, from, channel: 'client' } as const;
  const seen = { ended: false };
  try {
    const onEnded = (): void => {
      seen.ended = true;
    };
    const rewound = await rewindObjective(gateway, { ...request, onEnded });
    const said = { to: taskId, head: rewound.head, abandoned: rewound.abandoned };
    return { ...rewound, notRecorded: await recordAct(gateway, audit, { ...act, said }) };
  } catch (error) {
    if (seen.ended) {
      const failed = error instanceof Error ? error.message : String(error);
      await recordAct(gateway, audit, { ...act, said: { to: taskId, failed } });
    }
    throw error;
  }
}

/** Who ends a whole objective, and why. */
export interface CancelRequest {
  readonly objectiveId: string;
  readonly by: string;
  readonly from?: Speaker | null;
  readonly reason?: string | undefined;
}

/** An objective is being cancelled: leaves a line of it, and gives the answer. */
export async function cancelled(
  gateway: Gateway,
  audit: AuditLog | null,
  { objectiveId, by, from = null, reason }: CancelRequest,
  answer: () => Promise<SentMessage>,
): Promise<SentMessage> {
  const said = reason === undefined ? {} : { reason };
  const act = { objectiveId, act: 'cancelObjective', by, from, channel: 'client', said } as const;
  const trouble = await recordAct(gateway, audit, act);
  return withTrouble(await answer(), trouble);
}

/** The same for a report of a deployment that was taken: the watch writes no line of it. */
export async function reported(
  gateway: Gateway,
  audit: AuditLog | null,
  { objectiveId, payload, from = null }: MessageRequest & { readonly from?: Speaker | null },
  sent: SentMessage,
): Promise<SentMessage> {
  const report = ReportDeployment.safeParse(payload);
  // What the watch could not read it ignores, and says so.
  if (!report.success) return sent;
  const { by, ...said } = report.data;
  const channel = sent.applied ? 'update' : 'signal';
  const act = { objectiveId, act: 'reportDeployment', by, from, channel, said } as const;
  return withTrouble(sent, await recordAct(gateway, audit, act));
}

function withTrouble(sent: SentMessage, trouble: string | null): SentMessage {
  return trouble === null ? sent : { ...sent, message: `${sent.message}; ${trouble}` };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Escalation } from '../../domain/escalation/escalation';
import type { ObjectiveStatus } from '../../domain/objective/status';
import type { CommandContext } from '../command';
import { contractLines } from '../contract/contract-lines';
import { readBundle } from '../contract/read-bundle';
import { bareEvidence, gatherEvidence, SHORT_DIFF_BYTES } from '../decision/evidence';
import { renderDecision } from '../decision/screen';
import { findPrecedents } from '../find-precedents';
import type { AwaitedContract } from './open-questions';
import { cut, plain } from './text';

/** What a person is shown before they are asked, as lines. It never fails, and is there within seconds. */
export interface Screens {
  readonly question: (
    status: ObjectiveStatus,
    escalation: Escalation,
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
  readonly contract: (
    status: ObjectiveStatus,
    contract: AwaitedContract,
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
}

/** How long a question may be held back for what it is decided on. */
const WITHIN_MS = 3000;

/** The screens of `escalations <id>` and `contract <id> <name>`; what cannot be had in time is said in a line of them. */
export function createScreens(
  { services, call, terminal }: Pick<CommandContext, 'services' | 'call' | 'terminal'>,
  withinMs: number = WITHIN_MS,
): Screens {
  return {
    question: async (status, escalation, signal) => {
      const { objectiveId, repository } = status;
      const { trigger } = escalation;
      const whole = call(`escalations ${objectiveId} ${escalation.id}`);
      const within = <T>(gather: () => Promise<T>): Promise<T | null> => inTime(gather, withinMs, signal);
      const [gathered, precedents] = await Promise.all([
        within(() => gatherEvidence(status, escalation, services, { maxBytes: SHORT_DIFF_BYTES, call })),
        within(() => findPrecedents(services, { trigger, repository })),
      ]);
      const evidence = {
        ...(gathered ?? bareEvidence(objectiveId, escalation)),
        precedents: precedents ?? [],
        notes: [
          ...(gathered?.notes ?? []),
          ...(gathered !== null && precedents !== null
            ? []
            : [`Not all it is decided on can be shown now; ${whole} tries again.`]),
        ],
      };
      return renderDecision(evidence, { columns: terminal.columns(), full: false, call }).split('\n');
    },
    contract: async ({ objectiveId }, { name, row }, signal) => {
      const columns = terminal.columns();
      const asks = cut(`Contract ${plain(name)} waits to be reviewed.`, columns);
      const bundle =
        row === undefined ? null : await inTime(() => readBundle(services, row), withinMs, signal);
      if (row !== undefined && bundle !== null)
        return [asks, ...contractLines(objectiveId, row, bundle, { call, columns })];
      return [
        asks,
        ...(row === undefined
          ? []
          : [
              cut(`  revision ${String(row.revision)} of ${plain(row.path ?? 'an unknown file')}`, columns),
              ...row.comments.map((comment) => cut(`  comment: ${plain(comment)}`, columns)),
            ]),
        `  note: What is in it cannot be shown now; ${call(`contract ${objectiveId} ${name}`)} tries again.`,
      ];
    },
  };
}

/** What comes in time; null: it failed, took too long, or nobody wants it any more. */
async function inTime<T>(gather: () => Promise<T>, withinMs: number, signal: AbortSignal): Promise<T | null> {
  const over = new AbortController();
  const late = sleep(withinMs, null, { signal: AbortSignal.any([over.signal, signal]) }).catch(() => null);
  try {
    return await Promise.race([gather(), late]);
  } catch {
    return null;
  } finally {
    over.abort();
  }
}

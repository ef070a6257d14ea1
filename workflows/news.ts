import {
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  patched,
} from '@temporalio/workflow';
import type { Waiting } from '../src/domain/escalation/decision-clock';
import type { DecisionRules } from '../src/domain/escalation/decision-rules';
import type { Escalation } from '../src/domain/escalation/escalation';
import { describeDecider, shownQuestion } from '../src/domain/escalation/for-whom';
import {
  asksSomebody,
  newsOf,
  NOTIFICATION_ORDER,
  NOTIFICATIONS_WORKFLOW,
  notificationsWorkflowId,
  reviewOf,
  type NotificationOrder,
  type Tidings,
} from '../src/domain/notification/news';
import { startAbandoned } from './abandoned-child';
import type { Run } from './run';

/** What carries over: how many news were told, and whether their workflow was started. */
export interface NewsState {
  last: number;
  started: boolean;
}

/** Hands news on to the workflow that tells people, one after another, so that they arrive in order. */
export interface Teller {
  readonly owner: string;
  readonly state: NewsState;
  /** Who may decide what, as the rules say by now. */
  readonly rules: () => DecisionRules | null;
  /** Resolves when everything so far was handed on. */
  sending: Promise<void>;
}

/** Who has something to tell: an objective, or the watch over its deployment. */
interface Owner {
  readonly teller: Teller | null;
  readonly progress: {
    readonly open: readonly { readonly escalation: Escalation; readonly subject?: string }[];
    readonly waiting?: readonly Waiting[];
  };
}

export const NOTHING_TOLD = (): NewsState => ({ last: 0, started: false });

export function openTeller(
  owner: string,
  state: NewsState | undefined,
  rules: Teller['rules'],
): Teller | null {
  return state === undefined ? null : { owner, state, rules, sending: Promise.resolve() };
}

/** From here on people are told; who and how is asked when there is something to tell. */
export function beginTelling(run: Run): void {
  run.progress.news ??= NOTHING_TOLD();
  run.teller ??= openTeller(
    run.input.objectiveId,
    run.progress.news,
    () => run.progress.decisionRules ?? null,
  );
}

/**
 * Tells people, if the worker's settings name any. Returns at once: nothing waits until somebody was reached. A
 * question that is open under the subject's id goes along.
 */
export function tell({ teller, progress }: Owner, tidings: Tidings): void {
  if (teller === null) return;
  const { state } = teller;
  const rules = teller.rules();
  state.last += 1;
  const open = asksSomebody(tidings.kind)
    ? progress.open.find((row) => row.escalation.id === tidings.subject)
    : undefined;
  const ofTask = open?.subject === undefined || open.subject === 'objective' ? null : open.subject;
  const review = reviewOf(tidings);
  const reviewer = review === null ? null : describeDecider(rules, `${review}-review`);
  const news = newsOf(
    {
      taskId: ofTask,
      ...(open === undefined
        ? {}
        : { question: shownQuestion(rules, open.escalation, progress.waiting !== undefined) }),
      ...(reviewer === null ? {} : { for: reviewer }),
      ...tidings,
    },
    { number: state.last, at: new Date().toISOString() },
  );
  handOn(teller, { kind: 'tell', news });
}

/**
 * The same of a level-4 question. One raised before the survey has said whether anybody is to be told is told all the
 * same: it may be the survey that failed.
 */
export function tellQuestion(run: Run, id: string): void {
  if (run.progress.handle === null && run.teller === null && patched('news-before-survey')) beginTelling(run);
  tell(run, { kind: 'escalation', subject: id });
}

/** Nobody has to do anything about these any more: who was not told of them yet is not told. */
export function settleNews({ teller }: Pick<Owner, 'teller'>, subjects: readonly string[]): void {
  if (teller === null || subjects.length === 0) return;
  handOn(teller, { kind: 'settle', subjects: [...subjects] });
}

/**
 * Resolves when every message is taken in and everything was handed on. Whoever goes on under another run does so at once
 * then: a message that arrives later comes to the next run, one that is only half taken in would be lost.
 */
export async function everythingSettled({ teller }: Pick<Owner, 'teller'>): Promise<void> {
  for (;;) {
    await condition(allHandlersFinished);
    const sending = teller?.sending;
    await sending;
    if (allHandlersFinished() && teller?.sending === sending) return;
  }
}

/** The last news, if there are any, and that nothing more comes. Telling goes on without whoever told. */
export async function endTelling(owner: Owner, tidings: Tidings | null): Promise<void> {
  const { teller } = owner;
  if (teller === null) return;
  if (tidings !== null) tell(owner, tidings);
  if (teller.state.last > 0) handOn(teller, { kind: 'close' });
  await teller.sending;
}

function handOn(teller: Teller, order: NotificationOrder): void {
  // Cancelling the objective takes back nothing that was to be told.
  const send = (): Promise<void> => CancellationScope.nonCancellable(() => deliverOrder(teller, order));
  teller.sending = teller.sending.then(send);
}

async function deliverOrder({ owner, state }: Teller, order: NotificationOrder): Promise<void> {
  const id = notificationsWorkflowId(owner);
  const signal = (): Promise<void> => getExternalWorkflowHandle(id).signal(NOTIFICATION_ORDER, order);
  if (state.started) {
    const arrived = await signal().then(
      () => true,
      () => false,
    );
    if (arrived) return;
    // It has ended, or was ended by hand: only news are worth another.
    if (order.kind !== 'tell') return;
  }
  await startAbandoned(NOTIFICATIONS_WORKFLOW, {
    workflowId: id,
    args: [{ owner }],
    staticSummary: `Notifications of ${owner}`,
  });
  state.started = true;
  // Ended by hand in this very moment: people still find what waits where they look.
  await signal().catch(() => undefined);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { DepartmentClient, SentMessage } from '../../client/department-client';
import { DecisionKind, ResolveEscalation, type Escalation } from '../../domain/escalation/escalation';
import type { Speaker } from '../../domain/escalation/decision-proof';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { UserError } from '../../domain/common/user-error';
import { decisionId } from '../decision-id';
import { describeIssue } from '../parse-flags';
import { askAboutContract } from './ask-contract';
import { isRaise } from '../../domain/escalation/raise-budget';
import { askForBudget } from './ask-budget';
import { askAboutPlan, type EditPlan } from './ask-plan';
import type { Display } from './display';
import { openQuestions, type OpenQuestion } from './open-questions';
import { describeEscalation } from './questions';
import type { Screens } from './screens';
import { plain } from './text';
import { untilTaken } from './until-taken';

/** The questions a person can be asked; an adapter over a prompt library, or a script in tests. */
export interface Prompts {
  select(request: {
    readonly message: string;
    readonly choices: readonly { readonly name: string; readonly value: string }[];
    readonly initial: string;
    readonly signal: AbortSignal;
  }): Promise<string>;
  input(request: {
    readonly message: string;
    /** Stands there already, to be changed. */
    readonly initial?: string;
    readonly signal: AbortSignal;
  }): Promise<string>;
}

export interface AskerRequest {
  readonly department: Pick<DepartmentClient, 'send' | 'snapshot'>;
  readonly display: Display;
  readonly prompts: Prompts;
  /** Recorded as `by`. */
  readonly by: string;
  /** Who it is as the operating system knows them; their decisions are signed. */
  readonly from?: Speaker | null;
  /** What is shown before a question is asked; left out: the question alone. */
  readonly screens?: Screens;
  readonly signal: AbortSignal;
  /** Opens the plan in an editor; left out: there is none. */
  readonly editPlan?: EditPlan;
  /** Characters a line may have, at this moment. */
  readonly columns?: () => number;
}

const LATER = 'later';
const WATCH_MS = 1000;

/** Asks about what is open in a snapshot. */
export interface Asker {
  (status: ObjectiveStatus): Promise<void>;
  /** What was left for later is asked about again. */
  readonly reopen: () => void;
}

/** Asks about each open escalation once, and about a plan and contracts that wait; "later" leaves it open. */
export function createAsker(request: AskerRequest): Asker {
  const asked = new Set<string>();
  const ask = async (status: ObjectiveStatus): Promise<void> => {
    for (const question of openQuestions(status)) {
      if (asked.has(question.key) || request.signal.aborted) continue;
      asked.add(question.key);
      request.display.pause();
      const isOpen = async (): Promise<boolean> => {
        const now = await request.department.snapshot(status.objectiveId);
        if (now === null) return true;
        return now.outcome === null && openQuestions(now).some(({ key }) => key === question.key);
      };
      const sent = await untilSettled({ signal: request.signal, key: question.key, isOpen }, (signal) =>
        askAbout(request, status, question, isOpen, signal),
      );
      if (sent !== null) request.display.note(plain(sent.message));
    }
  };
  return Object.assign(ask, {
    reopen: () => {
      asked.clear();
    },
  });
}

async function askAbout(
  request: AskerRequest,
  status: ObjectiveStatus,
  question: OpenQuestion,
  isOpen: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<SentMessage | null> {
  const { screens, display, prompts } = request;
  const { objectiveId } = status;
  const taken = (ask: (request: AskerRequest) => Promise<SentMessage | null>): Promise<SentMessage | null> =>
    untilTaken({ prompts, display, isOpen }, (remembering) => ask({ ...request, prompts: remembering }));
  const show = (lines: readonly string[] = []): void => {
    for (const line of lines) display.note(line);
  };
  switch (question.kind) {
    case 'escalation': {
      const { escalation } = question;
      show(
        (await screens?.question(status, escalation, signal)) ?? [
          describeEscalation(objectiveId, escalation),
        ],
      );
      return taken((again) => askDecision(again, objectiveId, escalation, signal));
    }
    case 'plan':
      return askAboutPlan(request, status, signal, isOpen);
    case 'contract':
      show(await screens?.contract(status, question.contract, signal));
      return taken((again) => askAboutContract(again, objectiveId, question.contract, signal));
  }
}

/** Who is asked for a decision, and how it is sent. */
export interface DecisionAsker extends Pick<AskerRequest, 'prompts' | 'by' | 'from'> {
  readonly display: Pick<Display, 'note'>;
  readonly department: Pick<DepartmentClient, 'send' | 'snapshot'>;
}

/**
 * Asks for one of the options and what it needs, and sends the decision; null: it was left open.
 * @throws UserError where it is refused
 */
export async function askDecision(
  request: DecisionAsker,
  objectiveId: string,
  escalation: Escalation,
  signal: AbortSignal,
): Promise<SentMessage | null> {
  const { prompts, by, from, department } = request;
  const chosen = await prompts.select({
    message: 'Your decision',
    choices: [
      ...escalation.options.map((option) => ({
        name: `${plain(option.label)} (${option.decision}): ${plain(option.consequence)}`,
        value: option.id,
      })),
      { name: 'decide later', value: LATER },
    ],
    initial: escalation.recommended,
    signal,
  });
  const option = escalation.options.find((candidate) => candidate.id === chosen);
  if (option === undefined) return null;
  const decision = DecisionKind.parse(option.decision);
  if (isRaise(escalation, { decision, option: option.id }))
    return askForBudget(request, objectiveId, escalation, signal);
  const assignee =
    decision === 'reassign' ? await prompts.input({ message: 'To whom (e.g. @nodejs-expert)', signal }) : '';
  const guidance = await askGuidance(prompts, decision, signal);
  const payload = ResolveEscalation.safeParse({
    escalationId: escalation.id,
    decision,
    option: option.id,
    by,
    ...(guidance === '' ? {} : { guidance }),
    ...(assignee === '' ? {} : { assignee }),
  });
  if (!payload.success) throw new UserError(describeIssue(payload.error), 'bad-input');
  return department.send({
    objectiveId,
    name: 'resolveEscalation',
    payload: payload.data,
    updateId: decisionId(payload.data),
    from: from ?? null,
  });
}

async function askGuidance(prompts: Prompts, decision: DecisionKind, signal: AbortSignal): Promise<string> {
  switch (decision) {
    case 'accept':
      return prompts.input({ message: 'Why is this acceptable', signal });
    case 'retry':
    case 'reassign':
      return prompts.input({ message: 'Guidance for the specialist (empty: none)', signal });
    case 'skip':
    case 'abort':
      return '';
  }
}

/** Runs a dialogue that is withdrawn when the question is settled elsewhere or the user interrupts. */
export async function untilSettled(
  question: {
    readonly key: string;
    readonly signal: AbortSignal;
    readonly isOpen: () => Promise<boolean>;
  },
  dialogue: (signal: AbortSignal) => Promise<SentMessage | null>,
): Promise<SentMessage | null> {
  const settled = new AbortController();
  const done = new AbortController();
  const watching = watchQuestion(question.isOpen, settled, done.signal);
  try {
    return await dialogue(AbortSignal.any([settled.signal, question.signal]));
  } catch (error) {
    // Losing a race against another decision is news, not a failure.
    if (error instanceof UserError) return { applied: false, message: error.message };
    if (settled.signal.aborted) return { applied: false, message: `${question.key} was decided elsewhere.` };
    if (question.signal.aborted) return null;
    throw error;
  } finally {
    done.abort();
    await watching;
  }
}

async function watchQuestion(
  isOpen: () => Promise<boolean>,
  settled: AbortController,
  done: AbortSignal,
): Promise<void> {
  while (!done.aborted) {
    try {
      await sleep(WATCH_MS, undefined, { signal: done });
      if (!(await isOpen())) settled.abort();
    } catch {
      // The dialogue goes on whatever the server does; sending the decision will tell.
    }
  }
}

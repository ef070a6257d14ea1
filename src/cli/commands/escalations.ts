import { z } from 'zod';
import { isDeploymentWatchId } from '../../domain/deployment/deployment-watch';
import type { CallForm } from '../../config/call-form';
import type { Escalation } from '../../domain/escalation/escalation';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { waitsOf } from '../../domain/objective/waits';
import { ConfigurationError } from '../../domain/common/user-error';
import { allEscalations } from '../all-escalations';
import { argument, objectiveOrWatchArgument } from '../argument';
import type { Command, CommandContext } from '../command';
import { openPrecedents, repositoryOf } from '../find-precedents';
import { answerHere } from '../decision/answer-here';
import { bareEvidence, gatherEvidence, SHORT_DIFF_BYTES, type DecisionEvidence } from '../decision/evidence';
import { renderInbox, rowCommand } from '../decision/inbox-table';
import { EMPTY_INBOX, readInbox, type Inbox } from '../decision/read-inbox';
import { renderDecision } from '../decision/screen';
import { describeEscalation, describeReviews } from '../live/questions';
import { plain } from '../live/text';
import { parseFlags } from '../parse-flags';
import { openSession, withObjective, type Session } from '../session';

const EscalationsFlags = z.strictObject({ full: z.boolean().default(false) });

const FULL_DIFF_BYTES = 32 * 1024 * 1024;

export const escalations: Command = {
  name: 'escalations',
  args: '[id] [escalationId]',
  summary: 'list what waits for a decision, or show a question with its evidence and answer it',
  options: [
    {
      flags: '--full',
      help: 'diff and whole output of what fails (its last MiB); without an id, every question with its options',
    },
  ],
  examples: [
    'backend-coordinator escalations',
    'backend-coordinator escalations <id> backend-T007-E1 --full',
  ],
  run: async (context, args, rawFlags) => {
    const { full } = parseFlags(EscalationsFlags, rawFlags);
    if (args.length > 0) return showQuestions(context, args, full);
    return full ? listInFull(context) : listInbox(context);
  },
};

/** What waits, over all objectives and watches, from visibility and memo. */
async function listInbox(context: CommandContext): Promise<ExitCode> {
  const { terminal, services, call } = context;
  const server = await services.useServerWithHistory({ onProgress: terminal.warn });
  const inbox = server === null ? EMPTY_INBOX : await readInbox(server);
  const { rows, unread, more } = inbox;
  if (rows.length === 0 && unread.length === 0) terminal.say('No question is open.');
  if (rows.length > 0) {
    const { streams, paint } = terminal;
    const screen = streams.stdout.isTTY === true;
    terminal.say(renderInbox(rows, { columns: terminal.columns(), paint, now: new Date(), screen, call }));
    if (screen)
      for (const row of rows.slice(0, 1)) terminal.say(`The oldest in full: ${rowCommand(row, call)}`);
  }
  for (const id of unread) {
    terminal.warn(`${id} may wait for a decision; no worker could tell: ${call('worker')} brings one.`);
  }
  if (more) warnOfMore(context);
  terminal.emit(inboxJson(inbox, context));
  return exitCodeOf('delivered');
}

function inboxJson({ rows, unread, more }: Inbox, { call }: CommandContext): unknown {
  const told = rows.map((row) => ({ ...row, command: rowCommand(row, call) }));
  return {
    escalations: told.filter(({ kind }) => kind === 'question'),
    plans: told.filter(({ kind }) => kind === 'plan'),
    contracts: told.filter(({ kind }) => kind === 'contract'),
    unread,
    more,
  };
}

/** Every open question with its options; each workflow that has one is asked. */
async function listInFull(context: CommandContext): Promise<ExitCode> {
  const { terminal, services, call } = context;
  const server = await services.useServerWithHistory({ onProgress: terminal.warn });
  if (server === null) return sayNone(context);
  const session = await openSession(server, server.kind === 'embedded' ? 'workflow-only' : 'none');
  try {
    const { questions, unread, more } = await allEscalations(session.department);
    if (questions.length === 0 && unread.length === 0) return sayNone(context);
    const rows = [];
    const findPrecedents = openPrecedents(services);
    for (const { objective, repository, escalation } of questions) {
      const precedents = await findPrecedents({ trigger: escalation.trigger, repository });
      terminal.say(describeEscalation(objective, escalation, call, precedents));
      rows.push({ objective, ...escalation, precedents });
    }
    for (const id of unread) {
      terminal.warn(
        `${id} may ask something and does not answer: ${call('worker')} brings a worker, and \`${call(`status ${id}`)}\` tells more.`,
      );
    }
    if (more) warnOfMore(context);
    terminal.emit({ escalations: rows, unread, more });
  } finally {
    await session.close();
  }
  return exitCodeOf('delivered');
}

function sayNone({ terminal }: CommandContext): ExitCode {
  terminal.say('No question is open.');
  terminal.emit({ escalations: [], unread: [], more: false });
  return exitCodeOf('delivered');
}

function warnOfMore({ terminal, call }: CommandContext): void {
  terminal.warn(`There are more; \`${call('list --state awaiting-human')}\` tells what waits too.`);
}

/** The decision screen of one question, or of all of an objective; on a terminal each is asked about. */
async function showQuestions(
  context: CommandContext,
  args: readonly string[],
  full: boolean,
): Promise<ExitCode> {
  const id = objectiveOrWatchArgument(args);
  const wanted = args.length > 1 ? argument(args, 1) : null;
  const { terminal, call, signal } = context;
  return withObjective(context, id, async (session) => {
    const { open, status } = await openQuestions(session, id);
    const shown = wanted === null ? open : open.filter((row) => row.id === wanted);
    if (wanted !== null && shown.length === 0) throw notOpen(context, id, wanted, status);
    const seen: DecisionEvidence[] = [];
    const findPrecedents = openPrecedents(context.services);
    for (const escalation of shown) {
      const repository = status?.repository ?? (await repositoryOf(session.department, id));
      const precedents = await findPrecedents({ trigger: escalation.trigger, repository });
      const evidence = {
        ...(await evidenceOf(context, id, escalation, status, full)),
        precedents,
      };
      seen.push(evidence);
      terminal.say(renderDecision(evidence, { columns: terminal.columns(), full, call }));
      if (!terminal.interactive) continue;
      await answerHere(context, session, id, escalation);
      if (signal.aborted) return exitCodeOf('interrupted');
    }
    const reviews = status === null || wanted !== null ? [] : describeReviews(status, call);
    if (shown.length + reviews.length === 0) terminal.say(noneOpen(id, status));
    for (const line of reviews) terminal.say(line);
    const waiting = reviewRows(status, call);
    terminal.emit({
      escalations: seen.map(({ objective, escalation, ...evidence }) => ({
        objective,
        ...escalation,
        ...evidence,
      })),
      plans: waiting.filter(({ kind }) => kind === 'plan'),
      contracts: waiting.filter(({ kind }) => kind === 'contract'),
    });
    return exitCodeOf('delivered');
  });
}

/** The plan and contracts that wait, each with the command that shows it. */
function reviewRows(status: ObjectiveStatus | null, call: CallForm) {
  if (status?.outcome !== null) return [];
  const objective = status.objectiveId;
  return waitsOf(status)
    .filter(({ kind }) => kind !== 'question')
    .map(({ kind, id, question, recommended }) => {
      const command = rowCommand({ kind, objective, id }, call);
      return { objective, kind, id, question, recommended, command };
    });
}

/** The questions with the snapshot they are in; of a watch, and where nobody answers for the snapshot, alone. */
async function openQuestions(
  { department }: Session,
  id: string,
): Promise<{ readonly open: readonly Escalation[]; readonly status: ObjectiveStatus | null }> {
  if (!isDeploymentWatchId(id)) {
    const answer = await department.status(id);
    if (answer.kind === 'live') return { open: answer.status.escalations, status: answer.status };
  }
  return { open: await department.openEscalations(id), status: null };
}

async function evidenceOf(
  { services, call, terminal }: CommandContext,
  id: string,
  escalation: Escalation,
  status: ObjectiveStatus | null,
  full: boolean,
): Promise<DecisionEvidence> {
  if (status === null) return bareEvidence(id, escalation);
  const maxBytes = full || terminal.json ? FULL_DIFF_BYTES : SHORT_DIFF_BYTES;
  return gatherEvidence(status, escalation, services, { maxBytes, call, full });
}

function noneOpen(id: string, status: ObjectiveStatus | null): string {
  const outcome = status?.outcome ?? null;
  return outcome === null ? 'No question is open.' : `No question is open: ${id} is finished, ${outcome}.`;
}

/** Why a question cannot be shown: decided, or never asked. */
function notOpen(
  { call }: CommandContext,
  id: string,
  wanted: string,
  status: ObjectiveStatus | null,
): ConfigurationError {
  const review = reviewRows(status, call).find((row) => row.id === wanted);
  if (review !== undefined)
    return new ConfigurationError(
      `${wanted} is a ${review.kind} to be reviewed; \`${review.command}\` shows it.`,
    );
  const decided = status?.decisions.find((row) => row.escalationId === wanted);
  return new ConfigurationError(
    decided === undefined
      ? `${id} has no open question ${plain(wanted)}; \`${call(`escalations ${id}`)}\` shows what is open.`
      : `${wanted} is decided already: ${decided.decision} by ${plain(decided.by)}; \`${call(`status ${id}`)}\` tells more.`,
  );
}

import { z } from 'zod';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import type { ObjectiveStatus } from '../../domain/objective/status';
import type { DecisionEvidence } from '../../ports/decision-evidence';
import { allEscalations } from '../all-escalations';
import { argument, objectiveOrWatchArgument } from '../argument';
import type { Command, CommandContext } from '../command';
import { openPrecedents, repositoryOf } from '../find-precedents';
import { answerHere } from '../decision/answer-here';
import { SHORT_DIFF_BYTES } from '../decision/evidence';
import { renderInbox, rowCommand } from '../decision/inbox-table';
import { EMPTY_INBOX, readInbox, type Inbox } from '../decision/read-inbox';
import { evidenceOf, FULL_DIFF_BYTES, notOpen, openQuestions, reviewRows } from '../decision/read-question';
import { renderDecision } from '../decision/screen';
import { describeEscalation, describeReviews } from '../live/questions';
import { parseFlags } from '../parse-flags';
import { openSession, withObjective } from '../session';

const EscalationsFlags = z.strictObject({ full: z.boolean().default(false) });

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
    const { open, status } = await openQuestions(session.department, id);
    const shown = wanted === null ? open : open.filter((row) => row.id === wanted);
    if (wanted !== null && shown.length === 0) throw notOpen(context, id, wanted, status);
    const seen: DecisionEvidence[] = [];
    const findPrecedents = openPrecedents(context.services);
    for (const escalation of shown) {
      const repository = status?.repository ?? (await repositoryOf(session.department, id));
      const precedents = await findPrecedents({ trigger: escalation.trigger, repository });
      const evidence = {
        ...(await evidenceOf(context, {
          id,
          escalation,
          status,
          maxBytes: full || terminal.json ? FULL_DIFF_BYTES : SHORT_DIFF_BYTES,
          full,
        })),
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

function noneOpen(id: string, status: ObjectiveStatus | null): string {
  const outcome = status?.outcome ?? null;
  return outcome === null ? 'No question is open.' : `No question is open: ${id} is finished, ${outcome}.`;
}

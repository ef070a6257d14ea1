import { readSettings } from '../../config/settings-file';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import type { ObjectiveResult } from '../../domain/objective/status';
import type { ResultEvent } from '../../domain/objective/stream-events';
import { UserError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import { emitEvent } from '../emit-event';
import type { Session } from '../session';
import { speakerAt } from '../speaker';
import { untilAborted } from '../until-aborted';
import { userName } from '../user-name';
import { createAsker, type Asker } from './ask';
import { planEditor } from './ask-plan';
import { leaveToBackground } from './background';
import { bellOf, withBell } from './bell';
import { createDisplay } from './display';
import { followObjective, type FollowEnd } from './follow';
import { deliverLastNews } from './last-news';
import { describeEnd, outcomeExit } from './outcome';
import { answerCommands, describeNeed } from './questions';
import { createScreens } from './screens';
import { stopJob } from './stop-job';
import { plain } from './text';
import { createTreeKeys } from './tree-keys';

/** How watching on a terminal ended. */
type CarryEnd = FollowEnd | { readonly kind: 'detached' };

/** Watches an objective on the terminal until it ends or must wait, prints the end, answers the exit code. */
export async function carryOn(
  context: CommandContext,
  session: Session,
  objectiveId: string,
  options: { readonly noWait: boolean; readonly canDetach?: boolean },
): Promise<ExitCode> {
  const end = await untilEnd(context, session, objectiveId, options);
  if (end.kind === 'detached') {
    const exitCode = await leaveToBackground(context, session, objectiveId);
    emitEvent(context.terminal, resultLine(objectiveId, null, exitCode));
    return exitCode;
  }
  const exitCode = exitCodeOfEnd(end);
  tellEnd(context, objectiveId, end, exitCode);
  if (session.worker !== null) await tellLastNews(context, session, objectiveId);
  if (end.kind === 'ended' && context.terminal.interactive && !options.noWait)
    await offerWebUi(context, session, objectiveId);
  return exitCode;
}

/** A watch that breaks off ends the stream too: whoever reads it learns the exit code, stderr says why. */
async function untilEnd(
  ...[context, session, objectiveId, options]: Parameters<typeof follow>
): Promise<CarryEnd> {
  try {
    return await follow(context, session, objectiveId, options);
  } catch (error) {
    const exitCode = error instanceof UserError ? error.exitCode : exitCodeOf('internal-error');
    emitEvent(context.terminal, resultLine(objectiveId, null, exitCode));
    throw error;
  }
}

/** How an objective ended is said already, and a server that goes away behind it changes nothing about that. */
async function tellLastNews(context: CommandContext, session: Session, objectiveId: string): Promise<void> {
  try {
    await deliverLastNews(session.department, objectiveId, context.signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.terminal.warn(
      `Its last notifications may be told by the next worker only: ${plain(error.message)}`,
    );
  }
}

async function follow(
  context: CommandContext,
  session: Session,
  objectiveId: string,
  { noWait, canDetach = true }: { readonly noWait: boolean; readonly canDetach?: boolean },
): Promise<CarryEnd> {
  const { terminal } = context;
  const detach = new AbortController();
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, detach.signal]);
  const canAsk = terminal.interactive && !noWait;
  const by = `${userName(context)}@tty`;
  const keys = createTreeKeys({
    department: session.department,
    objectiveId,
    by,
    display: () => display,
    asker: () => asker,
    detach: canDetach
      ? () => {
          detach.abort();
        }
      : null,
    interrupt: () => {
      process.kill(process.pid, 'SIGINT');
    },
    suspend: () => {
      void stopJob();
    },
  });
  const { notifications } = await readSettings(context.home);
  const display = withBell(
    await createDisplay(terminal, {
      uiUrl: session.server.workflowUrl(objectiveId),
      call: context.call,
      onKey: keys.onKey,
    }),
    bellOf(notifications?.bell === true, terminal.streams.stderr),
  );
  // A prompt must not outlive the watch.
  const asking = AbortSignal.any([signal, over.signal]);
  const editPlan = planEditor(context, {
    department: session.department,
    by,
    from: speakerAt('cli'),
    say: (line) => {
      display.note(line);
    },
    signal: asking,
  });
  let editing: Promise<unknown> = Promise.resolve();
  const asker = canAsk
    ? createAsker({
        department: session.department,
        display,
        prompts: await (await import('./inquirer-prompts.js')).createPrompts(),
        by,
        from: speakerAt('cli'),
        screens: createScreens(context),
        columns: terminal.columns,
        editPlan: (status) => {
          const edit = editPlan(status);
          editing = edit.catch(() => undefined);
          return edit;
        },
        signal: asking,
      })
    : NOBODY_TO_ASK;
  try {
    const end = await followObjective({
      department: session.department,
      objectiveId,
      display,
      endWhenStuck: !canAsk,
      signal,
      workerEnded: session.worker?.ended,
      ...(terminal.interactive ? { ask: keys.ask } : {}),
    });
    return end.kind === 'interrupted' && !context.signal.aborted ? { kind: 'detached' } : end;
  } catch (error) {
    if (context.signal.aborted || isExitPrompt(error)) return { kind: 'interrupted' };
    throw error;
  } finally {
    over.abort();
    // The editor has the terminal until it is ended, and what is kept of an edit is told.
    await editing;
    display.close();
  }
}

const NOBODY_TO_ASK: Asker = Object.assign(() => Promise.resolve(), { reopen: () => undefined });

function exitCodeOfEnd(end: FollowEnd): ExitCode {
  switch (end.kind) {
    case 'ended':
      return outcomeExit(end.result.outcome);
    case 'needs-human':
      return exitCodeOf('needs-human');
    case 'interrupted':
      return exitCodeOf('interrupted');
  }
}

function tellEnd(context: CommandContext, objectiveId: string, end: FollowEnd, exitCode: ExitCode): void {
  const { terminal } = context;
  switch (end.kind) {
    case 'ended':
      terminal.say(describeEnd(end.result, end.status));
      break;
    case 'needs-human':
      terminal.say(describeNeed(end.status, context.call));
      for (const escalation of end.status.escalations)
        emitEvent(terminal, { type: 'escalation', ...escalation });
      emitEvent(terminal, {
        type: 'needs-human',
        objective: objectiveId,
        state: end.status.state,
        commands: [...answerCommands(end.status, context.call)],
      });
      break;
    case 'interrupted':
      terminal.warn(
        `Interrupted; nothing is lost, the objective waits on disk: ${context.call(`attach ${objectiveId}`)} carries it on.`,
      );
  }
  emitEvent(terminal, resultLine(objectiveId, end.kind === 'ended' ? end.result : null, exitCode));
}

/** The last line of a streaming command under `--json`. */
export function resultLine(
  objectiveId: string,
  result: ObjectiveResult | null,
  exitCode: ExitCode,
): ResultEvent {
  return {
    type: 'result',
    objective: objectiveId,
    outcome: result?.outcome ?? null,
    exitCode,
    branch: result?.branch ?? null,
    commit: result?.commit ?? null,
    report: result?.report ?? null,
    ...(result?.pullRequest === undefined ? {} : { pullRequest: result.pullRequest }),
  };
}

/** The embedded server ends with its last client, and the Web UI with it. */
async function offerWebUi(context: CommandContext, session: Session, objectiveId: string): Promise<void> {
  const url = session.server.workflowUrl(objectiveId);
  if (session.server.kind !== 'embedded' || url === null || context.signal.aborted) return;
  const prompts = await (await import('./inquirer-prompts.js')).createPrompts(context.signal);
  try {
    if (!(await prompts.confirm(`Keep the Web UI up at ${url}?`))) return;
  } catch (error) {
    if (isExitPrompt(error)) return;
    throw error;
  }
  context.terminal.say(`It stays until Ctrl-C; \`${context.call('server')}\` opens it again later.`);
  await untilAborted(context.signal);
}

/** Ctrl-C at a prompt, or a signal to the process while one stands. */
function isExitPrompt(error: unknown): boolean {
  return error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
}

import type { SentMessage } from '../../client/department-client';
import { exitCodeOf, type ExitCode } from '../../domain/exit-codes';
import { ReviewPlan } from '../../domain/messages';
import type { ObjectiveStatus } from '../../domain/status';
import { ConfigurationError } from '../../domain/user-error';
import { objectiveIdArgument } from '../argument';
import { BY_OPTION, byOf } from '../by';
import type { Command, CommandContext } from '../command';
import { plain } from '../live/text';
import { parseFlags } from '../parse-flags';
import { planGraph } from '../plan/graph';
import { readPlanCall, readPlanFlags, type PlanCall, type PlanFlags } from '../plan/plan-call';
import { planTable } from '../plan/table';
import { sendMessage } from '../send-message';
import { withObjective, type Session } from '../session';

export const plan: Command = {
  name: 'plan',
  args: '<id> [action] [task] [value]',
  summary: 'show the plan of an objective, approve or reject it, or edit it, also while it runs',
  options: [
    { flags: '--graph', help: 'show who waits for whom' },
    { flags: '--yaml', help: 'show the whole plan as a file to edit' },
    { flags: '--file <plan.yaml>', help: 'edit: take the plan from this file, - for standard input' },
    { flags: '--patch <json>', help: 'edit: several partial edits at once' },
    { flags: '--plan-version <n>', help: 'refuse where the plan is at another version' },
    { flags: '--comment <text>', help: 'why; kept with it' },
    BY_OPTION,
  ],
  examples: [
    'backend-coordinator plan <id> edit                       opens $VISUAL or $EDITOR',
    'backend-coordinator plan <id> reassign T3 @python-pro',
    'backend-coordinator plan <id> depend T4 T2               T4 waits for T2',
    'backend-coordinator plan <id> budget T3 1.50             or none',
    'backend-coordinator plan <id> drop T5',
    'backend-coordinator plan <id> approve',
  ],
  run: async (context, args, rawFlags) => {
    const objectiveId = objectiveIdArgument(args);
    const flags = readPlanFlags(rawFlags);
    const call = readPlanCall(args.slice(1), flags);
    switch (call.kind) {
      case 'show':
        return showPlan(context, objectiveId, call.as);
      case 'approve':
      case 'reject': {
        const payload = parseFlags(ReviewPlan, {
          decision: call.kind,
          by: byOf(flags.by, context),
          ...(flags.planVersion === undefined ? {} : { baseVersion: flags.planVersion }),
          ...(flags.comment === undefined ? {} : { comment: flags.comment }),
        });
        return sendMessage(context, { objectiveId, name: 'reviewPlan', payload });
      }
      case 'edit':
      case 'patch':
        return changePlan(context, objectiveId, call, flags);
    }
  },
};

async function showPlan(
  context: CommandContext,
  objectiveId: string,
  as: Extract<PlanCall, { kind: 'show' }>['as'],
): Promise<ExitCode> {
  const { terminal, services } = context;
  await withObjective(context, objectiveId, async ({ department }) => {
    const answer = await department.status(objectiveId);
    if (answer.kind === 'recorded' || answer.status.plan === null) {
      terminal.say('There is no plan to see yet.');
      terminal.emit({ objective: objectiveId, version: null, plan: null });
      return;
    }
    const { status } = answer;
    const { version, ref } = answer.status.plan;
    if (as === 'yaml' && !terminal.json) {
      terminal.say((await planFile(context, status)).trimEnd());
      return;
    }
    tellPlan(context, status, version, as);
    if (terminal.json) {
      const stored: unknown = JSON.parse((await (await services.blobs()).get(ref)).toString('utf8'));
      terminal.emit({ objective: objectiveId, version, plan: stored });
    }
  });
  return exitCodeOf('delivered');
}

/** A watched terminal has so many columns; what is piped is not cut. */
function tellPlan(
  { terminal, call }: CommandContext,
  status: ObjectiveStatus,
  version: number,
  as: 'table' | 'graph' | 'yaml',
): void {
  const { objectiveId, state, tasks } = status;
  const columns =
    (terminal.json ? terminal.streams.stderr : terminal.streams.stdout).isTTY === true
      ? terminal.columns()
      : null;
  terminal.say(`Plan version ${String(version)}, ${String(tasks.length)} tasks; the objective is ${state}`);
  for (const line of as === 'graph' ? planGraph(tasks, columns) : planTable(status, columns))
    terminal.say(line);
  if (state !== 'awaiting-approval') return;
  terminal.say(`It waits for you: ${call(`plan ${objectiveId} approve`)}`);
  terminal.say(`To change it first: ${call(`plan ${objectiveId} edit`)}`);
}

async function planFile({ services }: CommandContext, status: ObjectiveStatus): Promise<string> {
  const { openPlan } = await import('../plan/plan-at-hand.js');
  const { writePlanFile } = await import('../plan/write-plan-file.js');
  return writePlanFile(await openPlan(await services.blobs(), status));
}

async function changePlan(
  context: CommandContext,
  objectiveId: string,
  call: Extract<PlanCall, { kind: 'edit' | 'patch' }>,
  flags: PlanFlags,
): Promise<ExitCode> {
  const { terminal } = context;
  const file = call.kind === 'edit' ? call.file : null;
  if (call.kind === 'edit' && file === null && !terminal.interactive) {
    throw new ConfigurationError(
      'An editor needs a terminal; give the plan as a file (--file <plan.yaml>, - for standard input) or a part of it (--patch).',
    );
  }
  const { readGiven } = await import('../plan/edit-from-file.js');
  const bytes = file === null ? null : await readGiven(context, file);
  await withObjective(context, objectiveId, async (session) => {
    const status = await liveStatus(context, session, objectiveId, flags.planVersion);
    const sent = await change(context, session, status, { call, flags, file, bytes });
    if (sent !== null) terminal.say(plain(sent.message));
    if (sent?.applied === true && !(await session.department.hasWorker('activity')))
      terminal.say(`Nobody works on it now: ${context.call(`attach ${objectiveId}`)} carries it on.`);
    terminal.emit({
      objective: objectiveId,
      applied: sent?.applied ?? false,
      message: sent?.message ?? 'nothing was changed',
    });
  });
  return exitCodeOf('delivered');
}

/** @throws ConfigurationError where nobody answers, or the plan is at another version than the one meant */
async function liveStatus(
  context: CommandContext,
  { department }: Session,
  objectiveId: string,
  version: number | undefined,
): Promise<ObjectiveStatus> {
  const answer = await department.status(objectiveId);
  if (answer.kind === 'recorded') {
    throw new ConfigurationError(
      `No worker answers for ${objectiveId}, so its plan is not known; \`${context.call(`attach ${objectiveId}`)}\` brings one.`,
    );
  }
  const now = answer.status.plan?.version;
  if (version !== undefined && now !== undefined && now !== version) {
    throw new ConfigurationError(
      `The plan is at version ${String(now)}, not ${String(version)}; look at it again with \`${context.call(`plan ${objectiveId}`)}\`.`,
    );
  }
  return answer.status;
}

async function change(
  context: CommandContext,
  { department }: Session,
  status: ObjectiveStatus,
  asked: {
    readonly call: Extract<PlanCall, { kind: 'edit' | 'patch' }>;
    readonly flags: PlanFlags;
    readonly file: string | null;
    readonly bytes: Uint8Array | null;
  },
): Promise<SentMessage | null> {
  const { services, terminal, environment, home } = context;
  const { call, flags, file, bytes } = asked;
  const blobs = await services.blobs();
  const desk = { department, blobs, by: byOf(flags.by, context), say: terminal.say };
  const { openPlan } = await import('../plan/plan-at-hand.js');
  if (call.kind === 'patch') {
    const { sendPatch } = await import('../plan/send-edit.js');
    return sendPatch(desk, status, [...call.patch], flags.comment);
  }
  const at = await openPlan(blobs, status);
  if (file !== null && bytes !== null) {
    const { editFromFile } = await import('../plan/edit-from-file.js');
    return editFromFile(desk, at, { file, bytes, comment: flags.comment });
  }
  const { editInEditor } = await import('../plan/edit-in-editor.js');
  const { createPrompts } = await import('../live/inquirer-prompts.js');
  const again = async (): Promise<boolean> => (await createPrompts()).confirm('Open the editor again?');
  return editInEditor({ ...desk, environment, home, again }, at, flags.comment);
}

import type { SentMessage } from '../../client/department-client';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import { ReviewPlan } from '../../domain/objective/messages';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { ConfigurationError } from '../../domain/common/user-error';
import { byOf } from '../by';
import type { CommandContext } from '../command';
import { plain } from '../live/text';
import { parseFlags } from '../parse-flags';
import { sendMessage } from '../send-message';
import { withObjective, type Session } from '../session';
import { speakerAt } from '../speaker';
import { editFromFile, readGiven } from './edit-from-file';
import { editInEditor } from './edit-in-editor';
import { planGraph } from './graph';
import { openPlan } from './plan-at-hand';
import type { PlanCall, PlanFlags } from './plan-call';
import { sendPatch } from './send-edit';
import { planTable } from './table';
import { writePlanFile } from './write-plan-file';

/** Carries out what `plan` is asked to do. */
export async function runPlan(
  context: CommandContext,
  objectiveId: string,
  call: PlanCall,
  flags: PlanFlags,
): Promise<ExitCode> {
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
}

async function showPlan(
  context: CommandContext,
  objectiveId: string,
  as: Extract<PlanCall, { kind: 'show' }>['as'],
): Promise<ExitCode> {
  const { terminal, services } = context;
  await withObjective(context, objectiveId, async ({ department }) => {
    const answer = await department.status(objectiveId);
    if (answer.kind === 'recorded') throw noWorker(context, objectiveId);
    if (answer.status.plan === null) {
      terminal.say('There is no plan to see yet.');
      terminal.emit({ objective: objectiveId, version: null, plan: null });
      return;
    }
    const { status } = answer;
    const { version } = answer.status.plan;
    if (as === 'yaml' && !terminal.json) {
      terminal.say((await planFile(context, status)).trimEnd());
      return;
    }
    tellPlan(context, status, version, as);
    if (terminal.json) {
      const { plan } = await openPlan(await services.blobs(), status);
      terminal.emit({ objective: objectiveId, version, plan });
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
  terminal.say(`It waits for you: ${call(`plan ${objectiveId} approve --plan-version ${String(version)}`)}`);
  terminal.say(`To change it first: ${call(`plan ${objectiveId} edit`)}`);
}

async function planFile({ services }: CommandContext, status: ObjectiveStatus): Promise<string> {
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
  if (answer.kind === 'recorded') throw noWorker(context, objectiveId);
  const now = answer.status.plan?.version;
  if (version !== undefined && now !== undefined && now !== version) {
    throw new ConfigurationError(
      `The plan is at version ${String(now)}, not ${String(version)}; look at it again with \`${context.call(`plan ${objectiveId}`)}\`.`,
    );
  }
  return answer.status;
}

function noWorker({ call }: CommandContext, objectiveId: string): ConfigurationError {
  return new ConfigurationError(
    `No worker answers for ${objectiveId}, so its plan is not known; \`${call(`attach ${objectiveId}`)}\` brings one.`,
  );
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
  const by = byOf(flags.by, context);
  const desk = { department, blobs, by, from: speakerAt('cli'), say: terminal.say };
  if (call.kind === 'patch') {
    return sendPatch(desk, status, [...call.patch], flags.comment);
  }
  const at = await openPlan(blobs, status);
  if (file !== null && bytes !== null) {
    return editFromFile(desk, at, { file, bytes, comment: flags.comment });
  }
  const again = async (): Promise<boolean> => {
    const { createPrompts } = await import('../live/inquirer-prompts.js');
    return (await createPrompts(context.signal)).confirm('Open the editor again?');
  };
  return editInEditor({ ...desk, environment, home, again, signal: context.signal }, at, flags.comment);
}

import { readSettings } from '../../config/settings-file';
import { modelLabel } from '../../domain/usage/model-label';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import type { ObjectiveInput } from '../../domain/objective/objective';
import type { Command, CommandContext } from '../command';
import { emitEvent } from '../emit-event';
import { leaveToBackground } from '../live/background';
import { carryOn, resultLine } from '../live/carry-on';
import { openSession, type Session } from '../session';
import { prepareObjective, type PreparedObjective } from '../start/prepare-objective';
import { parseStart } from '../start/run-flags';
import { startLines } from '../start/start-lines';

export const startObjective: Command = {
  name: 'start-objective',
  args: '<objective...>',
  summary: 'give the department an objective and watch it being built',
  options: [
    {
      flags: '--repo <path|url>',
      help: 'the git repository to build in; `sample`: a copy of a bundled one (default: as settings.yaml says, else sample)',
    },
    { flags: '--base <ref>', help: 'branch, tag or commit to build on (default: what is checked out)' },
    { flags: '--config <file>', help: "a configuration instead of the repository's own" },
    { flags: '--trust <hash>', help: 'the hash of the commands you agreed to, as `survey` prints it' },
    { flags: '--approve-plan', help: 'wait for a human to approve the plan' },
    { flags: '--max-parallel <n>', help: 'tasks at work at once, 1 to 64 (default: 4)' },
    {
      flags: '--budget-usd <n|none>',
      help: 'most money to spend in US dollars (default: as settings.yaml says, else 10)',
    },
    {
      flags: '--deadline <instant>',
      help: 'ISO 8601; you are asked when the forecast lies beyond it (nothing is stopped by itself)',
    },
    {
      flags: '--dry-run',
      help: 'survey, analyse and plan, say what it is likely to cost, and start nothing',
    },
    { flags: '--detach', help: 'leave server and worker in the background and return' },
    { flags: '--no-wait', help: 'end with code 4 when nothing goes on without a human' },
    { flags: '--push', help: 'push the delivered branch to the origin' },
    { flags: '--pr', help: 'push it and open a pull request, or bring the open one up to date' },
    { flags: '--allow-unsandboxed', help: 'run commands without a sandbox where none works' },
    { flags: '--scenario <name>', help: 'variant of the offline playbook' },
    { flags: '--record <dir>', help: 'keep what the model answers as a playbook in a new folder' },
  ],
  examples: [
    'backend-coordinator start-objective "Add user authentication system with OAuth2 and JWT"',
    'backend-coordinator start-objective "Add cursor pagination to /orders" --repo ../shop --approve-plan',
  ],
  run: async (context, args, rawFlags) => {
    const asked = parseStart(args, rawFlags, await readSettings(context.home));
    const { flags } = asked;
    const prepared = await prepareObjective(context, asked);
    if (flags.dryRun === true) {
      const { dryRun } = await import('../start/dry-run.js');
      const { exitCode, value } = await dryRun(context, prepared);
      context.terminal.emit(value);
      return exitCode;
    }
    warnWithoutToken(context, prepared.input);
    const server = await context.services.useServer({
      hold: flags.detach === true ? 'keep' : 'lease',
      onProgress: context.terminal.warn,
    });
    const { recording } = prepared;
    const session = await openSession(server, flags.detach === true ? 'none' : 'full', recording);
    let exitCode: ExitCode;
    try {
      if (context.signal.aborted) {
        context.terminal.warn('Interrupted before anything was started.');
        return exitCodeOf('interrupted');
      }
      const started = await startOn(context, session, prepared);
      exitCode =
        flags.detach === true
          ? await detach(context, session, started)
          : await carryOn(context, session, started, { noWait: !flags.wait, canDetach: recording === null });
    } finally {
      await session.close();
    }
    if (recording !== null) {
      context.terminal.warn(
        `Recorded as a playbook in ${recording.dir}; its playbook.yaml says what to edit.`,
      );
    }
    return exitCode;
  },
};

async function startOn(
  context: CommandContext,
  session: Session,
  prepared: PreparedObjective,
): Promise<string> {
  const { terminal } = context;
  const { input } = prepared;
  for (const line of startLines(prepared)) terminal.say(line);
  const started = await session.department.startObjective(input);
  if (started.notice !== null) terminal.warn(started.notice);
  const url = session.server.workflowUrl(started.objectiveId);
  terminal.say(
    started.attached
      ? `Already under way, watching it: ${started.objectiveId}`
      : `Started ${started.objectiveId}`,
  );
  const { model, budgetUsd } = started.attached
    ? await sayWhatHolds(context, session, started.objectiveId, input)
    : { model: input.model, budgetUsd: input.options.budgetUsd };
  if (url !== null) terminal.say(`Web UI ${url}`);
  emitEvent(terminal, {
    type: 'started',
    objective: started.objectiveId,
    attached: started.attached,
    model: modelLabel(model),
    budgetUsd,
    ui: url,
  });
  return started.objectiveId;
}

/** What is under way keeps the options it was started with, whatever this command asks for. */
async function sayWhatHolds(
  { terminal, call }: CommandContext,
  { department }: Session,
  objectiveId: string,
  input: ObjectiveInput,
): Promise<{ readonly model: ObjectiveInput['model']; readonly budgetUsd: number | null }> {
  const status = await department.snapshot(objectiveId);
  terminal.say(
    `It keeps the options it was started with; ${call(`budget ${objectiveId}`)} and ${call(`plan ${objectiveId}`)} show and change what can be changed.`,
  );
  if (status === null) return { model: input.model, budgetUsd: input.options.budgetUsd };
  const { model, budgetUsd } = status;
  terminal.say(budgetUsd === null ? 'Budget no limit' : `Budget at most ${budgetUsd.toFixed(2)} USD`);
  terminal.say(`Model ${modelLabel(model)}`);
  return { model, budgetUsd };
}

/** Told now and not only at the end; a worker elsewhere may have a token all the same. */
function warnWithoutToken({ environment, terminal }: CommandContext, { options }: ObjectiveInput): void {
  const { github, gitlab } = environment.forge;
  const tokens = [github.token, github.enterpriseToken, gitlab.token];
  if (options.pr !== true || tokens.some((token) => token !== undefined)) return;
  terminal.warn(
    '--pr: neither GITHUB_TOKEN nor GITLAB_TOKEN is set, so the branch is pushed without a pull request unless the worker has one.',
  );
}

async function detach(context: CommandContext, session: Session, objectiveId: string): Promise<ExitCode> {
  const exitCode = await leaveToBackground(context, session, objectiveId);
  emitEvent(context.terminal, resultLine(objectiveId, null, exitCode));
  return exitCode;
}

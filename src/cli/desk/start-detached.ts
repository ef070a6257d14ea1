import { readSettings } from '../../config/settings-file';
import { modelLabel } from '../../domain/usage/model-label';
import { UserError } from '../../domain/common/user-error';
import type { StartCall, Started } from '../../ports/desk';
import { NotedError } from '../../mcp/noted-error';
import type { CommandContext } from '../command';
import { plain, plainLines } from '../live/text';
import { openSession } from '../session';
import { prepareObjective } from '../start/prepare-objective';
import { parseStart } from '../start/run-flags';

/**
 * Starts an objective the way `start-objective --detach` does: the same checks, then a worker in the background. Nobody
 * is asked.
 * @throws NotedError with what the command would have shown, such as the commands to trust
 */
export async function startDetached(
  context: CommandContext,
  call: StartCall,
  { allowUnsandboxed }: { readonly allowUnsandboxed: boolean },
): Promise<Started> {
  const notes: string[] = [];
  const say = (line: string): void => {
    notes.push(plainLines(line));
  };
  const silent = { ...context.terminal, interactive: false, say, warn: say, emit: () => undefined };
  try {
    const settings = await readSettings(context.home);
    const asked = parseStart([call.objective], flagsOf(call, allowUnsandboxed), settings);
    const prepared = await prepareObjective({ ...context, terminal: silent }, asked);
    const server = await context.services.useServer({ hold: 'keep', onProgress: context.terminal.warn });
    const session = await openSession(server, 'none');
    try {
      const started = await session.department.startObjective(prepared.input);
      if (started.notice !== null) say(started.notice);
      const worker = await context.services.startBackgroundWorker();
      say(`A worker carries it on in the background (process ${String(worker.pid)}, log ${worker.log}).`);
      return {
        id: started.objectiveId,
        attached: started.attached,
        model: modelLabel(prepared.input.model),
        budgetUsd: asked.options.budgetUsd,
        sandbox: plain(prepared.sandbox),
        webUi: server.workflowUrl(started.objectiveId),
        notes,
      };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof UserError && notes.length > 0) throw new NotedError(error, notes);
    throw error;
  }
}

/** The call as the command line would write it, so that one parser decides what is allowed. */
function flagsOf(call: StartCall, allowUnsandboxed: boolean): Readonly<Record<string, unknown>> {
  const { repo, base, trust, deadline, scenario, approvePlan, push, pr, maxParallel, budgetUsd } = call;
  const given = {
    repo,
    base,
    trust,
    deadline,
    scenario,
    detach: true,
    approvePlan: approvePlan === true ? true : undefined,
    push: push === true ? true : undefined,
    pr: pr === true ? true : undefined,
    allowUnsandboxed: allowUnsandboxed ? true : undefined,
    maxParallel: maxParallel === undefined ? undefined : String(maxParallel),
    budgetUsd: budgetUsd === undefined ? undefined : budgetUsd === null ? 'none' : String(budgetUsd),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

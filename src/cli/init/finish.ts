import { settingsPath } from '../../config/settings-file';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import type { Settings } from '../../domain/notification/settings';
import { UserError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import { tellChecks } from '../doctor/tell-checks';
import { isEssentialMissing } from '../doctor/check';
import { plain } from '../live/text';
import { dryRun, type DryRun } from '../start/dry-run';
import { prepareObjective } from '../start/prepare-objective';
import { parseStart } from '../start/run-flags';
import { neededVariables } from './variables';

/** What comes after the settings: the variables they need, the doctor, a dry run, and what to do next. */
export async function finish(
  context: CommandContext,
  done: {
    readonly settings: Settings;
    readonly written: boolean;
    /** null: no dry run. */
    readonly objective: string | null;
    /** The configuration that was drafted; null: none. */
    readonly draft: string | null;
  },
): Promise<ExitCode> {
  const { terminal, services, environment, home, call } = context;
  const { settings, objective } = done;
  const variables = neededVariables(settings, environment);
  for (const { name, why, set } of variables)
    terminal.say(`${name} ${set ? 'is set' : 'is not set yet; set it'}: ${why}.`);
  terminal.say('');
  const checks = await services.examine();
  tellChecks(terminal, checks);
  const ready = !isEssentialMissing(checks);
  terminal.say('');
  const tried = await tryPlan(context, settings, objective, ready);
  const next = call(`start-objective ${shellText(objective ?? 'what the backend should do')} --approve-plan`);
  terminal.say(`Next: ${next}`);
  const exitCode = tried.exitCode ?? exitCodeOf(ready ? 'delivered' : 'bad-input');
  terminal.emit({
    settings: { path: settingsPath(home), written: done.written, content: settings },
    draft: done.draft,
    variables,
    doctor: { ready, checks },
    dryRun: tried.value,
    next,
    exitCode,
  });
  return exitCode;
}

interface Tried {
  /** null: nothing was tried. */
  readonly exitCode: ExitCode | null;
  readonly value: DryRun['value'] | { readonly error: string } | null;
}

async function tryPlan(
  context: CommandContext,
  settings: Settings,
  objective: string | null,
  ready: boolean,
): Promise<Tried> {
  const { terminal } = context;
  if (objective === null) {
    terminal.say('No dry run, since none was named; `start-objective --dry-run` makes one.');
    return { exitCode: null, value: null };
  }
  if (!ready) {
    terminal.say('No dry run before what is missing is there.');
    return { exitCode: null, value: null };
  }
  try {
    const asked = parseStart([objective], { dryRun: true }, settings);
    return await dryRun(context, await prepareObjective(context, asked));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    terminal.warn(`There is no dry run: ${plain(error.message)}`);
    return { exitCode: error.exitCode, value: { error: error.message } };
  }
}

/** A text as one word of a shell. */
function shellText(text: string): string {
  const line = plain(text);
  return /["$`\\!]/.test(line) ? `'${line.replaceAll("'", `'\\''`)}'` : `"${line}"`;
}

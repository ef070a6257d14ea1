import { ensureHome } from '../../config/home';
import { settingsPath } from '../../config/settings-file';
import { CONFIGURATION_FILE } from '../../domain/target/configuration';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import type { CommandContext } from '../command';
import type { Prompts } from '../live/ask';
import { askObjective, draftInto } from './extras';
import { finish } from './finish';
import type { parseInit } from './flags';
import { gather, refuseUnanswered } from './gather';
import { keepSettings, settingsBefore } from './keep-settings';

/** The questions of `init`; an adapter over a prompt library, or a script in tests. */
export type InitPrompts = Prompts & { readonly confirm: (message: string) => Promise<boolean> };

/**
 * Asks what no flag says, then writes, examines and tries. Everything is asked before anything is written, so that
 * whoever breaks off leaves the machine as it was.
 * @param prompts null: nobody is there to be asked
 */
export async function runInit(
  context: CommandContext,
  flags: ReturnType<typeof parseInit>,
  prompts: InitPrompts | null,
): Promise<ExitCode> {
  const { terminal } = context;
  if (prompts === null) refuseUnanswered(flags);
  await ensureHome(context.home);
  const force = flags.force === true;
  const before = await settingsBefore(context, force);
  try {
    const gathered = await gather(context, flags, before.settings, prompts);
    const draft = await draftInto(context, gathered.target, flags, prompts);
    const objective = flags.objective ?? (await askObjective(context, gathered, prompts));
    const confirm = prompts === null ? null : prompts.confirm;
    const { settings, written } = await keepSettings(context, {
      settings: gathered.settings,
      before,
      force,
      confirm,
    });
    if (draft !== null) {
      await draft.write();
      terminal.say(
        `Wrote ${draft.file}; read it, mend it and commit it: it counts as the base commit has it.`,
      );
    } else if (gathered.target?.source.kind === 'path') {
      const { path } = gathered.target.source;
      const command = context.call(`survey ${quoted(path)} --write`);
      terminal.say(`A draft of ${CONFIGURATION_FILE} for it: ${command}`);
    }
    return await finish(context, { settings, written, objective, draft: draft?.file ?? null });
  } catch (error) {
    if (!isExitPrompt(error)) throw error;
    terminal.warn(`Interrupted; ${settingsPath(context.home)} is as it was.`);
    return exitCodeOf('interrupted');
  }
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /[^\w./@+-]/.test(path) ? `'${path.replaceAll("'", `'\\''`)}'` : path;
}

/** Ctrl-C at a prompt, or a signal to the process while one stands. */
function isExitPrompt(error: unknown): boolean {
  return error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
}

import { isDeepStrictEqual } from 'node:util';
import { parseSettings, readSettingsText, settingsPath, writeSettingsText } from '../../config/settings-file';
import { settingsText } from '../../config/settings-text';
import { lineDiff } from '../../domain/common/line-diff';
import { NO_SETTINGS, type Settings } from '../../domain/notification/settings';
import { ConfigurationError, UserError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import { plainLines } from '../live/text';

/** The settings file as it is before anything is written. */
export interface SettingsBefore {
  /** null: there is none. */
  readonly text: string | null;
  readonly settings: Settings;
}

/**
 * What holds now. With `force` a file that cannot be used counts as one that sets nothing.
 * @throws ConfigurationError for such a file without it
 */
export async function settingsBefore(
  { home, terminal }: CommandContext,
  force: boolean,
): Promise<SettingsBefore> {
  let text: string | null = null;
  try {
    text = await readSettingsText(home);
    return { text, settings: text === null ? NO_SETTINGS : parseSettings(text, settingsPath(home)) };
  } catch (error) {
    if (!force || !(error instanceof UserError)) throw error;
    terminal.warn(`${error.message} It is replaced, as --force says.`);
    return { text, settings: NO_SETTINGS };
  }
}

/**
 * Writes the settings unless the file says the same already. One that says otherwise is shown against them and replaced
 * with `force`, or where a person agrees.
 * @returns the settings that hold now, and whether they were written
 * @throws ConfigurationError where it would have to be replaced and nobody can be asked
 */
export async function keepSettings(
  context: CommandContext,
  request: {
    readonly settings: Settings;
    readonly before: SettingsBefore;
    readonly force: boolean;
    /** null: nobody is there to be asked. */
    readonly confirm: ((message: string) => Promise<boolean>) | null;
  },
): Promise<{ readonly settings: Settings; readonly written: boolean }> {
  const { home, terminal } = context;
  const { settings, before, force, confirm } = request;
  const path = settingsPath(home);
  const text = settingsText(settings);
  if (before.text !== null) {
    if (isDeepStrictEqual(before.settings, settings)) {
      terminal.say(`${path} says so already; it stays as it is.`);
      return { settings, written: false };
    }
    terminal.say(`${path} is there and would change:`);
    for (const line of lineDiff(before.text, text)) terminal.say(plainLines(`  ${line}`));
    if (!force && confirm === null) {
      throw new ConfigurationError(`${path} says otherwise; add --force to replace it.`);
    }
    if (!force && confirm !== null && !(await confirm('Replace it?'))) {
      terminal.say('It stays as it is.');
      return { settings: before.settings, written: false };
    }
  }
  await writeSettingsText(home, text);
  terminal.say(`Wrote ${path}`);
  return { settings, written: true };
}

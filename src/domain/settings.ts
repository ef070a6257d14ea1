import { z } from 'zod';
import { NotificationSettings } from './notification-settings';

/** Name of the file in the home that says what this installation is to do without being told each time. */
export const SETTINGS_FILE = 'settings.yaml';

/**
 * Content of `settings.yaml`: what the person who runs the department wants, on this machine. What a repository's owners
 * say is in `coordinator.config.json` instead. A flag or a variable wins over it.
 */
export const Settings = z.strictObject({
  version: z.literal(1),
  /** Built in where no `--repo` is given: a path or an address. */
  repository: z.string().min(1).max(2000).optional(),
  model: z.enum(['auto', 'anthropic', 'offline']).optional(),
  /** Most an objective may cost, in US dollars; null: no limit. */
  budgetUsd: z.number().positive().nullable().optional(),
  notifications: NotificationSettings.optional(),
});
export type Settings = z.infer<typeof Settings>;

/** What holds without the file. */
export const NO_SETTINGS: Settings = { version: 1 };

/** Shape of the file for editors, as JSON Schema. */
export function settingsJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(Settings, { io: 'input' }), title: SETTINGS_FILE };
}

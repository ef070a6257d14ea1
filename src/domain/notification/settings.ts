import { z } from 'zod';
import { NotificationSettings } from './notification-settings';

/** Name of the file in the home that says what this installation is to do without being told each time. */
export const SETTINGS_FILE = 'settings.yaml';

/** Which model is wished for; auto: Claude where there is a key or an address. */
export const ModelWish = z.enum(['auto', 'anthropic', 'offline'], {
  error: 'use auto, anthropic or offline',
});
export type ModelWish = z.infer<typeof ModelWish>;

/** A value in use, and where it comes from, as it is shown: `--budget-usd`, `COORDINATOR_MODEL`, `settings.yaml`. */
export interface Sourced<T> {
  readonly value: T;
  readonly source: string;
}

/** Where a value comes from that nobody gave. */
export const BY_DEFAULT = 'default';

/** What counts, the first that is given: a flag, a variable, the settings, the default. */
export function firstGiven<T>(
  fallback: T,
  ...given: readonly (readonly [source: string, value: T | undefined])[]
): Sourced<T> {
  for (const [source, value] of given) if (value !== undefined) return { value, source };
  return { value: fallback, source: BY_DEFAULT };
}

/**
 * Content of `settings.yaml`: what the person who runs the department wants, on this machine. What a repository's owners
 * say is in `coordinator.config.json` instead. A flag or a variable wins over it.
 */
export const Settings = z.strictObject({
  version: z.literal(1),
  /** Built in where no `--repo` is given: a path, relative to the file's folder, or an address. */
  repository: z.string().min(1).max(2000).optional(),
  model: ModelWish.optional(),
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

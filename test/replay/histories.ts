import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const HISTORIES = join(__dirname, '..', 'fixtures', 'histories');

export const historyFile = (name: string): string => join(HISTORIES, `${name}.json`);

export function recordedNames(): string[] {
  return readdirSync(HISTORIES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

/** A recorded history as parsed JSON. */
export function readHistory(name: string): unknown {
  return JSON.parse(readFileSync(historyFile(name), 'utf8')) as unknown;
}

/**
 * Refuses a history that would replay green whatever the code does: without the flags the core noted in its first
 * workflow task, replay switches its checks of commands off.
 */
export function assertReplayable(name: string, history: unknown): void {
  if (!flagsOf(history).some((flags) => flags.length > 0)) {
    throw new Error(
      `${name} carries no sdkMetadata.coreUsedFlags, so its replay proves nothing; record it again with npm run record-histories.`,
    );
  }
}

function flagsOf(history: unknown): unknown[][] {
  const events = property(history, 'events');
  if (!Array.isArray(events)) return [];
  return events
    .map((event: unknown) =>
      property(
        property(property(event, 'workflowTaskCompletedEventAttributes'), 'sdkMetadata'),
        'coreUsedFlags',
      ),
    )
    .filter((flags): flags is unknown[] => Array.isArray(flags));
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

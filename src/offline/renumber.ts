import type { WrittenMigration } from './change-sections';
import type { Conversation } from './conversation';

/** Replaces identifiers of migrations in every text of a value; anything else stays as it is. */
export type Renumber = <T>(value: T) => T;

const TOLD = /^MIGRATION NUMBER: begin the file's name with ([0-9A-Za-z]+)$/m;

/**
 * A playbook's migrations under the identifiers they have in this run: the one a task is told, or the one that stands in
 * a path the model was shown. Where a playbook's own holds, nothing is replaced.
 */
export function renumbering(
  migrations: readonly WrittenMigration[],
  { task, told }: Pick<Conversation, 'task' | 'told'>,
): Renumber {
  const pairs = migrations.reduce<readonly Pair[]>((before, migration) => {
    const given = migration.task === task ? TOLD.exec(told)?.[1] : undefined;
    const now = given ?? identifierShown(migration, told) ?? movedAlong(migration.identifier, before.at(-1));
    return [...before, { own: migration.identifier, now }];
  }, []);
  const moved = pairs.filter(({ own, now }) => own !== now);
  if (moved.length === 0) return (value) => value;
  const names = new Map(moved.map(({ own, now }) => [own, now]));
  const whole = new RegExp(`(?<![0-9A-Za-z])(?:${[...names.keys()].join('|')})(?![0-9A-Za-z])`, 'g');
  const inText = (text: string): string => text.replace(whole, (found) => names.get(found) ?? found);
  return (value) => replaceTexts(value, inText) as typeof value;
}

interface Pair {
  readonly own: string;
  readonly now: string;
}

/** A migration nothing is known of stays as far behind the one before it as it was. */
function movedAlong(own: string, before: Pair | undefined): string {
  if (before === undefined || ![own, before.own, before.now].every((text) => /^\d+$/.test(text))) return own;
  const number = BigInt(own) + BigInt(before.now) - BigInt(before.own);
  return String(number).padStart(own.length, '0');
}

function identifierShown({ dir, name }: WrittenMigration, told: string): string | undefined {
  const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&');
  const path = new RegExp(`(?<![\\w./-])${escape(dir)}/([0-9A-Za-z]+)[_-]+${escape(name)}(?![0-9A-Za-z])`);
  return path.exec(told)?.[1];
}

function replaceTexts(value: unknown, inText: (text: string) => string): unknown {
  if (typeof value === 'string') return inText(value);
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, inText));
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaceTexts(inner, inText)]));
}

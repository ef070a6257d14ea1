import { z } from 'zod';

/** Something users of the base can no longer rely on; travels in workflow history, so it is short. */
export const BreakingChange = z.strictObject({
  kind: z.enum(['api', 'migration']),
  /** File, and the place in it. */
  where: z.string().max(300),
  what: z.string().max(300),
});
export type BreakingChange = z.infer<typeof BreakingChange>;

/** Most breaking changes that are told of one attempt. */
export const MAX_BREAKING = 10;

const cut = (text: string): string => (text.length <= 300 ? text : `${text.slice(0, 299)}…`);

export function breakingChange(kind: BreakingChange['kind'], where: string, what: string): BreakingChange {
  return { kind, where: cut(where), what: cut(what) };
}

/** Says whether two changes are the same one, e.g. one that was accepted before. */
export function breakingKey({ kind, where, what }: BreakingChange): string {
  return [kind, where, what].join(' · ');
}

/** The changes that are not among `known`. */
export function newBreaking(
  changes: readonly BreakingChange[],
  known: readonly string[],
): readonly BreakingChange[] {
  const keys = new Set(known);
  return changes.filter((change) => !keys.has(breakingKey(change)));
}

/** Few enough to travel; what is left out is counted, so that nobody accepts what was not told. */
export function breakingForHistory(changes: readonly BreakingChange[]): BreakingChange[] {
  if (changes.length <= MAX_BREAKING) return [...changes];
  const told = changes.slice(0, MAX_BREAKING - 1);
  const rest = changes.slice(MAX_BREAKING - 1);
  const places = [...new Set(rest.map((change) => change.where))].join(', ');
  return [...told, breakingChange(rest[0]?.kind ?? 'api', places, `${rest.length} more breaking changes`)];
}

import { z } from 'zod';
import type { BreakingChange } from '../contract/breaking-change';
import type { OtherService } from '../coordination/coordination-settings';
import { endpointKey, tableKey } from '../plan/plan-claims';
import type { TableEffect } from '../database/table-changes';

/*
 * Where work touches what other services own or consume (`coordination.otherServices`). What only adds is no conflict;
 * a table that another service owns is not ours to alter at all.
 */

/** `note`: a contract of theirs changed without anybody losing anything, as far as can be told. */
export const ServiceTouch = z.strictObject({
  kind: z.enum(['endpoint', 'contract', 'table', 'note']),
  service: z.string().max(100),
  /** File, and the place in it; with `what` the same as in the breaking change it goes with, if any. */
  where: z.string().max(300),
  what: z.string().max(300),
});
export type ServiceTouch = z.infer<typeof ServiceTouch>;

/** Most that is told of one attempt. */
export const MAX_TOUCHES = 10;

/** Says whether two touches are the same one, e.g. one that was accepted before. */
export function touchKey({ kind, service, where, what }: ServiceTouch): string {
  return [kind, service, where, what].join(' · ');
}

/** Touches that are a conflict and not among `known`. */
export function newConflicts(
  touches: readonly ServiceTouch[],
  known: readonly string[],
): readonly ServiceTouch[] {
  const keys = new Set(known);
  return touches.filter((touch) => touch.kind !== 'note' && !keys.has(touchKey(touch)));
}

/** Few enough to travel, conflicts first; what is left out is counted, so that nobody accepts what was not told. */
export function touchesForHistory(touches: readonly ServiceTouch[]): ServiceTouch[] {
  const conflicts = touches.filter(({ kind }) => kind !== 'note');
  const notes = touches.filter(({ kind }) => kind === 'note');
  if (conflicts.length <= MAX_TOUCHES) return [...conflicts, ...notes].slice(0, MAX_TOUCHES);
  const [first, ...rest] = conflicts.slice(MAX_TOUCHES - 1);
  if (first === undefined) return conflicts;
  return [
    ...conflicts.slice(0, MAX_TOUCHES - 1),
    { ...first, what: `${first.what.slice(0, 240)}, and ${rest.length} more conflicts` },
  ];
}

/** Operations that clients lose and another service owns or consumes. */
export function endpointTouches(
  services: readonly OtherService[],
  changes: readonly BreakingChange[],
): ServiceTouch[] {
  return changes
    .filter(({ kind }) => kind === 'api')
    .flatMap(({ where, what }) => {
      const [, method, route] = /: (?:([A-Z]+) )?(\/\S*)/.exec(where) ?? [];
      if (route === undefined) return [];
      const lost = (endpoint: string): boolean => {
        const [theirs, path] = endpointKey(endpoint).split(' ');
        return path === endpointKey(route) && (method === undefined || method === theirs);
      };
      return services
        .filter(({ owns, consumes }) => [...owns.endpoints, ...consumes.endpoints].some(lost))
        .map(({ name }) => ({ kind: 'endpoint' as const, service: name, where, what }));
    });
}

/** What became of a contract file that changed: it is gone, its users lose something, or nobody can tell of a loss. */
export interface ContractChange {
  readonly path: string;
  readonly gone: boolean;
  readonly losses: readonly BreakingChange[];
}

/** Every file that a service has a contract in. */
export function contractFiles(services: readonly OtherService[]): ReadonlySet<string> {
  return new Set(services.flatMap(({ owns, consumes }) => [...owns.contracts, ...consumes.contracts]));
}

export function contractTouches(
  services: readonly OtherService[],
  changes: readonly ContractChange[],
): ServiceTouch[] {
  return changes.flatMap(({ path, gone, losses }) =>
    services
      .filter(({ owns, consumes }) => [...owns.contracts, ...consumes.contracts].includes(path))
      .flatMap(({ name: service }): ServiceTouch[] => {
        if (gone) return [{ kind: 'contract', service, where: path, what: 'the contract is gone' }];
        if (losses.length === 0)
          return [{ kind: 'note', service, where: path, what: 'the contract changed' }];
        return losses.map(({ where, what }) => ({ kind: 'contract', service, where, what }));
      }),
  );
}

/** Tables that a migration alters or empties and another service owns, or consumes and would lose something of. */
export function tableTouches(
  services: readonly OtherService[],
  changes: readonly TableEffect[],
): ServiceTouch[] {
  return changes.flatMap(({ path, names, what, additive }) => {
    const named = (tables: readonly string[]): boolean => tables.some((table) => names(tableKey(table)));
    return services
      .filter(({ owns, consumes }) => named(owns.tables) || (!additive && named(consumes.tables)))
      .map(({ name }) => ({ kind: 'table' as const, service: name, where: path.slice(0, 300), what }));
  });
}

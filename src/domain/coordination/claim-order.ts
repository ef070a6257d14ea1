import { basesAbove, claimBase } from '../plan/path-claims';
import type { PathClaim, TaskId } from '../plan/plan';
import type { HeldTask, TaskClaim } from './repository-claims';
import type { ClaimTasks, RepositoryState, StandingClaim } from './repository-entity';

/*
 * Who may work on what of a repository, and who waits for whom.
 * 1. A claim is granted when no other objective holds, or asked earlier for, something that overlaps.
 * 2. What is granted stays granted until its objective ends or its plan drops it.
 * 3. Objectives end only when all their tasks have, so two that wait for each other would wait for ever. A wait that
 *    would close a circle is not begun: the task goes ahead beside the other one, and git sees what comes of it.
 *    Earlier waits go before later ones, so a circle is always broken at the claim that came last, which takes an
 *    edited plan: an objective's first claim waits for others, and nobody waits for it yet.
 */

/** A waiting task, for whom, and for what. */
interface Wait extends HeldTask {
  readonly objectiveId: string;
}

interface Entry {
  readonly objectiveId: string;
  readonly claim: StandingClaim;
}

/** Takes in everything an objective's plan holds; what it held and still wants it keeps. */
export function claimTasks(state: RepositoryState, { objectiveId, tasks }: ClaimTasks): RepositoryState {
  const seq = state.lastSeq + 1;
  const before = state.objectives.find((row) => row.objectiveId === objectiveId)?.claims ?? [];
  const claims = tasks.flatMap((task) => standingClaims(task, before, seq));
  const own = { objectiveId, claims };
  const objectives = state.objectives.some((row) => row.objectiveId === objectiveId)
    ? state.objectives.map((row) => (row.objectiveId === objectiveId ? own : row))
    : [...state.objectives, own];
  return settleClaims({ ...state, lastSeq: seq, objectives });
}

/** A task that wants more than it was granted keeps that while it waits for the rest. */
function standingClaims(task: TaskClaim, before: readonly StandingClaim[], seq: number): StandingClaim[] {
  const own = before.filter((row) => row.taskId === task.taskId);
  const granted = own.find((row) => row.granted);
  if (granted !== undefined && isWithin(task, granted)) return [{ ...task, seq: granted.seq, granted: true }];
  const waiting = own.find((row) => !row.granted && isWithin(task, row));
  const wanted: StandingClaim = { ...task, seq: waiting?.seq ?? seq, granted: false };
  return granted === undefined ? [wanted] : [granted, wanted];
}

function isWithin(task: TaskClaim, granted: TaskClaim): boolean {
  return (['paths', 'tables', 'endpoints'] as const).every((key) => {
    const has: ReadonlySet<string> = new Set(granted[key]);
    return task[key].every((one) => has.has(one));
  });
}

/** Grants what nobody is in the way of any more; a grant may set free what its task held instead. */
export function settleClaims(state: RepositoryState): RepositoryState {
  const granted = new Set(judge(state).granted);
  if (granted.size === 0) return state;
  return settleClaims({
    ...state,
    objectives: state.objectives.map((row) => {
      const done = new Set(row.claims.filter((claim) => granted.has(claim)).map(({ taskId }) => taskId));
      return {
        ...row,
        claims: row.claims
          // The part granted before is part of the whole.
          .filter((claim) => !(claim.granted && done.has(claim.taskId)))
          .map((claim) => (granted.has(claim) ? { ...claim, granted: true } : claim)),
      };
    }),
  });
}

/** Everybody who waits; one row for each waiting task. */
export function waitsOf(state: RepositoryState): Wait[] {
  return [...judge(state).waits];
}

export function heldOf(state: RepositoryState, objectiveId: string): HeldTask[] {
  return waitsOf(state)
    .filter((row) => row.objectiveId === objectiveId)
    .map(({ objectiveId: _, ...held }) => held);
}

/** Whom a change of the state concerns, with the tasks that need not wait any more. */
export function newsOf(
  before: RepositoryState,
  after: RepositoryState,
): readonly { readonly objectiveId: string; readonly taskIds: TaskId[] }[] {
  const key = (row: Wait): string => JSON.stringify(row);
  const still = waitsOf(after);
  const keys = new Set(still.map(key));
  const concerned = waitsOf(before).filter(
    (row) =>
      !keys.has(key(row)) && after.objectives.some(({ objectiveId }) => objectiveId === row.objectiveId),
  );
  return [...new Set(concerned.map(({ objectiveId }) => objectiveId))].map((objectiveId) => ({
    objectiveId,
    taskIds: concerned
      .filter((row) => row.objectiveId === objectiveId)
      .map(({ taskId }) => taskId)
      .filter((id) => !still.some((row) => row.objectiveId === objectiveId && row.taskId === id)),
  }));
}

/** Looks at the waiting claims in the order they were made. */
function judge(state: RepositoryState): {
  readonly granted: readonly StandingClaim[];
  readonly waits: readonly Wait[];
} {
  const all = state.objectives.flatMap(({ objectiveId, claims }) =>
    claims.map((claim): Entry => ({ objectiveId, claim })),
  );
  const standing = createIndex();
  for (const entry of all) if (entry.claim.granted) standing.add(entry);
  const edges = new Map<string, Set<string>>();
  const granted: StandingClaim[] = [];
  const waits: Wait[] = [];
  for (const entry of all.filter((row) => !row.claim.granted).sort((a, b) => a.claim.seq - b.claim.seq)) {
    const { objectiveId, claim } = entry;
    const inTheWay = standing
      .overlapping(claim)
      .filter((row) => row.entry.objectiveId !== objectiveId)
      .filter((row) => !reaches(edges, row.entry.objectiveId, objectiveId));
    const [first] = inTheWay;
    if (first === undefined) granted.push(claim);
    else {
      const waitsFor = edges.get(objectiveId) ?? new Set();
      for (const row of inTheWay) waitsFor.add(row.entry.objectiveId);
      edges.set(objectiveId, waitsFor);
      waits.push({
        objectiveId,
        taskId: claim.taskId,
        holder: first.entry.objectiveId,
        holderTask: first.entry.claim.taskId,
        what: first.what.slice(0, 300),
      });
    }
    standing.add(entry);
  }
  return { granted, waits };
}

function reaches(edges: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(edges.get(at) ?? []));
  }
  return false;
}

interface Overlap {
  readonly entry: Entry;
  /** What of the asking claim is taken. */
  readonly what: string;
}

/** Looks overlaps up by base path, table and endpoint, so that large plans need no comparison of all pairs. */
function createIndex(): {
  add(entry: Entry): void;
  overlapping(claim: StandingClaim): Overlap[];
} {
  const at = new Map<string, Entry[]>();
  const put = (key: string, entry: Entry): void => {
    const row = at.get(key);
    if (row === undefined) at.set(key, [entry]);
    else row.push(entry);
  };
  const path = (kind: 'is' | 'above', base: string): string => `path ${kind} ${base}`;
  const keysOf = (claim: PathClaim): string[] => [
    ...basesAbove(claim).map((base) => path('is', base)),
    path('above', claimBase(claim)),
  ];
  return {
    add: (entry) => {
      const { claim } = entry;
      for (const one of claim.paths) {
        put(path('is', claimBase(one)), entry);
        for (const base of basesAbove(one).slice(0, -1)) put(path('above', base), entry);
      }
      for (const table of claim.tables) put(`table ${table}`, entry);
      for (const endpoint of claim.endpoints) put(endpoint, entry);
    },
    overlapping: (claim) =>
      [
        ...claim.paths.flatMap((one) => keysOf(one).map((key) => ({ key, what: one }))),
        ...claim.tables.map((table) => ({ key: `table ${table}`, what: `table ${table}` })),
        ...claim.endpoints.map((endpoint) => ({ key: endpoint, what: endpoint })),
      ].flatMap(({ key, what }) => (at.get(key) ?? []).map((entry) => ({ entry, what }))),
  };
}

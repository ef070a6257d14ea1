import { z } from 'zod';
import { MigrationSlot } from '../database/migration-slot';
import { MigrationStyle, MigrationValue, nextValue, writeValue } from '../database/migration-numbers';
import { MAX_TASKS, PathClaim, TaskId } from '../plan/plan';
import { TaskClaim } from './repository-claims';

/*
 * What the entity of a repository remembers, and how messages change it. The entity holds the state; these functions
 * decide. Claims are in claim-order.ts.
 */

/** Updates and the query of the entity. */
export const RESERVE_MIGRATION = 'reserveMigration';
export const CLAIM_WORK = 'claimWork';
export const RELEASE = 'release';
export const REPOSITORY_STATE = 'repositoryState';

/** Most objectives that may hold something of one repository at a time. */
export const MOST_OBJECTIVES = 100;
/** Delivered migrations remembered for each folder, beyond which the oldest are forgotten. */
const MOST_DELIVERED = 200;

const ObjectiveId = z.string().min(1).max(200);
const Folder = z.string().max(500);

/** The argument of `repositoryWorkflow`. `lasting`: false for a fresh copy that only one objective works on. */
export const RepositoryInput = z.strictObject({
  repository: z.string().max(2000),
  lasting: z.boolean(),
});
export type RepositoryInput = z.infer<typeof RepositoryInput>;

/** Payload of {@link RESERVE_MIGRATION}. */
export const ReserveNumber = z.strictObject({
  objectiveId: ObjectiveId,
  taskId: TaskId,
  dir: Folder,
  style: MigrationStyle,
  /** Highest number in the objective's base, and in what it has integrated. */
  base: MigrationValue,
  head: MigrationValue,
  /** Milliseconds since 1970. */
  now: MigrationValue,
});
export type ReserveNumber = z.infer<typeof ReserveNumber>;

/** Payload of {@link CLAIM_WORK}: everything the objective's plan holds, which replaces what it held. */
export const ClaimTasks = z.strictObject({ objectiveId: ObjectiveId, tasks: z.array(TaskClaim).max(200) });
export type ClaimTasks = z.infer<typeof ClaimTasks>;

/** Payload of {@link RELEASE}. */
export const Release = z.strictObject({
  objectiveId: ObjectiveId,
  delivered: z.boolean(),
  /** Tasks whose work is in what was delivered; absent: not known, so that all are taken to be. */
  made: z.array(TaskId).max(MAX_TASKS).optional(),
});
export type Release = z.infer<typeof Release>;

const Reservation = z.strictObject({
  objectiveId: ObjectiveId,
  taskId: TaskId,
  identifier: MigrationSlot.shape.identifier,
  value: MigrationValue,
  state: z.enum(['reserved', 'delivered']),
});
type Reservation = z.infer<typeof Reservation>;

/** The numbers of one folder: those handed out, oldest first, and the highest any base was seen to have. */
const MigrationFolder = z.strictObject({
  dir: Folder,
  floor: MigrationValue,
  reservations: z.array(Reservation),
});
type MigrationFolder = z.infer<typeof MigrationFolder>;

/** A claim in the order it was made; granted, or waiting for others. */
export const StandingClaim = z.strictObject({
  taskId: TaskId,
  paths: z.array(PathClaim),
  tables: z.array(z.string()),
  endpoints: z.array(z.string()),
  seq: z.int(),
  granted: z.boolean(),
});
export type StandingClaim = z.infer<typeof StandingClaim>;

export const RepositoryState = z.strictObject({
  lastSeq: z.int(),
  folders: z.array(MigrationFolder),
  /** Objectives that hold or wait for something, or asked for nothing but are at work. */
  objectives: z.array(z.strictObject({ objectiveId: ObjectiveId, claims: z.array(StandingClaim) })),
});
export type RepositoryState = z.infer<typeof RepositoryState>;

export const NOTHING_HELD: RepositoryState = { lastSeq: 0, folders: [], objectives: [] };

/**
 * Hands out the next free identifier of a folder: above the base, above what the objective has integrated and above all
 * that were handed out. Asked again for the same task it is the same one. Numbers that an aborted objective gives back
 * are handed out again only if nothing above them is taken, so that the order of numbers stays the order in time.
 */
export function reserveNumber(
  state: RepositoryState,
  request: ReserveNumber,
): { readonly state: RepositoryState; readonly slot: MigrationSlot } {
  const { objectiveId, taskId, dir, style } = request;
  const known = state.folders.find((row) => row.dir === dir);
  const folder: MigrationFolder = {
    dir,
    floor: Math.max(known?.floor ?? 0, request.base),
    reservations: known?.reservations ?? [],
  };
  const held = folder.reservations.find((row) => row.objectiveId === objectiveId && row.taskId === taskId);
  const taken = folder.reservations.map(({ value }) => value);
  const value = nextValue(style, Math.max(folder.floor, request.head, ...taken), request.now);
  const fresh: Reservation = {
    objectiveId,
    taskId,
    identifier: writeValue(style, value),
    value,
    state: 'reserved',
  };
  const reservations = held === undefined ? [...folder.reservations, fresh] : folder.reservations;
  const kept = withoutOutdated({ ...folder, reservations });
  return {
    state: { ...state, folders: [...state.folders.filter((row) => row.dir !== dir), kept] },
    slot: slotOf(kept.reservations, held ?? fresh),
  };
}

/** A delivered number that a base has reached, or got past, says nothing any more: the floor does. */
function withoutOutdated(folder: MigrationFolder): MigrationFolder {
  const open = folder.reservations.filter(
    ({ state, value, identifier }) => state === 'reserved' || identifier === null || value > folder.floor,
  );
  const spare = open.filter(({ state }) => state === 'delivered').length - MOST_DELIVERED;
  let dropped = 0;
  return {
    ...folder,
    reservations: open.filter(({ state }) => !(state === 'delivered' && dropped++ < spare)),
  };
}

function slotOf(reservations: readonly Reservation[], own: Reservation): MigrationSlot {
  const before = reservations.filter((row) => row.value < own.value && row.objectiveId !== own.objectiveId);
  return {
    identifier: own.identifier,
    after: before
      // Where the tool names migrations, the task says which one is meant.
      .map(({ objectiveId, identifier, taskId }) => ({ objectiveId, identifier: identifier ?? taskId }))
      .slice(-50),
  };
}

/**
 * Takes back what an objective holds. Identifiers of a delivered one stay taken until a base is seen that has reached
 * them: nobody knows when its branch is merged. Those of tasks that were left out belong to no migration.
 */
export function releaseObjective(
  state: RepositoryState,
  { objectiveId, delivered, made }: Release,
): RepositoryState {
  const isMade = (taskId: TaskId): boolean => delivered && (made?.includes(taskId) ?? true);
  const folders = state.folders.map((folder) =>
    withoutOutdated({
      ...folder,
      reservations: folder.reservations
        .filter((row) => row.objectiveId !== objectiveId || row.state === 'delivered' || isMade(row.taskId))
        .map((row) => (row.objectiveId === objectiveId ? { ...row, state: 'delivered' as const } : row)),
    }),
  );
  return {
    ...state,
    folders,
    objectives: state.objectives.filter((row) => row.objectiveId !== objectiveId),
  };
}

/** Objectives that hold or wait for something, or have an identifier that is not delivered. */
export function holders(state: RepositoryState): string[] {
  return [
    ...new Set([
      ...state.objectives.map(({ objectiveId }) => objectiveId),
      ...state.folders.flatMap(({ reservations }) =>
        reservations.filter((row) => row.state === 'reserved').map(({ objectiveId }) => objectiveId),
      ),
    ]),
  ];
}

/** Whether the entity may close: a repository that stays keeps the numbers it handed out. */
export function mayClose(state: RepositoryState, { lasting }: RepositoryInput): boolean {
  const numbers =
    lasting && state.folders.some(({ reservations, floor }) => reservations.length > 0 || floor > 0);
  return holders(state).length === 0 && !numbers;
}

/** Why a claim is not taken, or null. */
export function refuseClaim(state: RepositoryState, { objectiveId }: ClaimTasks): string | null {
  const { objectives } = state;
  if (objectives.length < MOST_OBJECTIVES || objectives.some((row) => row.objectiveId === objectiveId))
    return null;
  return `${objectives.length} objectives hold something of this repository, which is the most; wait for one to end`;
}

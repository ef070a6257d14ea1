import type { Inspection } from '../inspection';
import { CannotTell } from '../checker';
import type { SqlMigration } from '../database/migration-plan';
import { findMigrator, isInside, type Migrator, type MigrationPlace } from '../database/migrator';

/** What a commit adds to the migrations of its base, and how it is run. */
export type NewMigrations =
  /** SQL that is run here, statement by statement; oldest first. */
  | {
      readonly kind: 'sql';
      readonly tool: string;
      readonly folder: string;
      readonly migrations: readonly SqlMigration[];
      readonly files: readonly string[];
    }
  /** Programs that only their tool runs, all that are new at once. */
  | {
      readonly kind: 'command';
      readonly tool: string;
      readonly folder: string;
      readonly files: readonly string[];
      readonly migrator: Migrator;
      /** How the new ones alone are undone; null: not at all. */
      readonly back: ((place: MigrationPlace) => Promise<void>) | null;
      /** The way back is one that the configuration gives: it may undo more than what is new. */
      readonly backIsConfigured: boolean;
    };

const PROGRAM = /\.(?:[cm]?[jt]s|py|java|kt|sql)$/;
const NO_MIGRATION = /(?:^|\/)(?:__init__|env|index)\.[a-z]+$|(?:^|\/)(?:tests?|__tests__)\//;
const MIGRATIONS_OF_AN_APP = /(?:^|\/)(?:migrations?|versions)\/[^/]+$/;

/** The new migrations of the tree; null where it adds none. @throws CannotTell where they cannot be run here */
export async function findNewMigrations(here: Inspection, there: Inspection): Promise<NewMigrations | null> {
  const migrator = await findMigrator(here);
  if (migrator === null) return null;
  const { tool, folder, plan } = migrator;
  const changes = await here.changes();
  const added = changes.files
    .filter(
      ({ path, kind }) =>
        kind === 'added' &&
        PROGRAM.test(path) &&
        !NO_MIGRATION.test(path) &&
        (isInside(folder, path) || (tool === 'django' && MIGRATIONS_OF_AN_APP.test(path))),
    )
    .map(({ path }) => path)
    .sort();
  if (plan !== null && plan.migrations.length > 0) {
    const before = (await findMigrator(there))?.plan?.migrations ?? [];
    const migrations = plan.migrations.filter(
      ({ up, repeatable }) =>
        !before.some((old) => old.up.path === up.path && (!repeatable || old.up.sql === up.sql)),
    );
    if (migrations.length === 0) return null;
    return { kind: 'sql', tool, folder, migrations, files: added };
  }
  if (added.length === 0) return null;
  const { back } = migrator;
  const configured = (here.settings.database?.up ?? null) !== null;
  return {
    kind: 'command',
    tool,
    folder,
    files: added,
    migrator,
    back:
      back !== null
        ? (place) => back(place, added)
        : configured && migrator.canUndo
          ? (place) => migrator.down(place)
          : null,
    backIsConfigured: back === null,
  };
}

/** Whether every new migration can be taken back. */
export function canGoBack(added: NewMigrations): boolean {
  return added.kind === 'command'
    ? added.back !== null
    : added.migrations.every(({ down, repeatable }) => down !== null || repeatable);
}

/** Runs what the tree of the base migrates with on an empty database. @throws CannotTell where it fails */
export async function migrateBase(there: Inspection, place: MigrationPlace): Promise<void> {
  const migrator = await findMigrator(there);
  try {
    await migrator?.up(place);
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    throw new CannotTell(`the migrations of the base do not run: ${error.message}`, { cause: error });
  }
}

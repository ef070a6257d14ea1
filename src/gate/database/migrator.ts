import { CannotTell } from '../checker';
import type { Inspection } from '../inspection';
import { redactSecrets } from '../../process/redact';
import { knownCommands, type MigrationCommands } from './migration-commands';
import { type MigrationPlan, type MigrationScript, planMigrations } from './migration-plan';
import { rememberMigrations } from './remember-migrations';
import { MigrationFailed, runScript } from './run-script';
import { openSession, type Session } from './session';

const COMMAND_TIMEOUT_MS = 120_000;
const MOST_REVERTS = 500;
/** Tools whose migrations are SQL files that the gate can run itself. */
const SQL_TOOLS = new Set(['sql-updown', 'sql', 'dbmate', 'postgrator', 'flyway', 'goose']);

/** The migrations of a tree, and how to run them on a database. */
export interface Migrator {
  /** Who runs them: the gate, statement by statement, or the target's own command. */
  readonly kind: 'sql' | 'command';
  readonly tool: string;
  readonly folder: string;
  /** The scripts, where migrations are SQL; null where only their tool can read them. */
  readonly plan: MigrationPlan | null;
  /** Whether everything can be undone by a command or by scripts. */
  readonly canUndo: boolean;
  up(place: MigrationPlace): Promise<void>;
  down(place: MigrationPlace): Promise<void>;
  /** Undoes the newest migrations only, given their files oldest first; null where the tool cannot. */
  readonly back: ((place: MigrationPlace, files: readonly string[]) => Promise<void>) | null;
}

/** A database of the owner's rights, and where a sandboxed command finds it. */
export interface MigrationPlace {
  readonly url: string;
  readonly socketDir: string;
}

/** How this tree migrates; null where it has no migrations. @throws CannotTell where they cannot be run here */
export async function findMigrator(inspection: Inspection): Promise<Migrator | null> {
  const database = inspection.settings.database;
  const place = await locateMigrations(inspection);
  const plan = place === null ? null : await readPlan(inspection, place);
  const { tool, dir } = place ?? { tool: 'configured', dir: '' };
  const up = database?.up ?? null;
  const areScripts = plan !== null && plan.migrations.length > 0;
  if (up !== null) {
    const own = areScripts ? null : await toolsOwn(inspection, tool, dir, up);
    return byCommand(inspection, tool, dir, plan, own ?? { up, down: database?.down ?? null });
  }
  if (place === null) return null;
  if (areScripts) return bySql(inspection, tool, dir, plan);
  if (SQL_TOOLS.has(tool)) return null;
  return byCommand(inspection, tool, dir, plan, await knownCommands(inspection, tool, dir));
}

/**
 * What is known of the tool, where the command is the tool's own: then the newest migrations alone can be undone. Null where
 * it is another, such as a script of the repository: what that one does with options is its own affair.
 */
async function toolsOwn(
  inspection: Inspection,
  tool: string,
  folder: string,
  up: readonly string[],
): Promise<MigrationCommands | null> {
  try {
    const known = await knownCommands(inspection, tool, folder);
    return up.length > 2 && up.every((word, at) => known.up[at] === word) ? known : null;
  } catch (error) {
    if (error instanceof CannotTell) return null;
    throw error;
  }
}

interface MigrationFolder {
  readonly tool: string;
  readonly dir: string;
}

/** Numbered SQL files in a folder of migrations need no tool to be recognised. */
const NUMBERED_SQL = /^((?:.*\/)?(?:migrations?|migrate))\/(?:\d+|[VUR]\d*_)[^/]*\.sql$/;

/** Where the migrations of a tree are; null where none are found. */
async function locateMigrations(inspection: Inspection): Promise<MigrationFolder | null> {
  if (inspection.survey.migrations !== null) return inspection.survey.migrations;
  const { paths } = await inspection.files();
  const dir = paths.map((path) => NUMBERED_SQL.exec(path)?.[1]).find((found) => found !== undefined);
  return dir === undefined ? null : { tool: 'sql', dir };
}

async function readPlan(inspection: Inspection, migrations: MigrationFolder): Promise<MigrationPlan | null> {
  const files = await inspection.files();
  const inside = files.paths.filter((path) => isInside(migrations.dir, path));
  const programs = inside.filter((path) => /\.(?:[cm]?[jt]s|py|java|kt)$/.test(path) && /\d/.test(path));
  const scripts = inside.filter((path) => path.endsWith('.sql'));
  if (scripts.length === 0 || programs.length > 0) return null;
  const sources = await Promise.all(
    scripts.map(async (path) => {
      const text = await files.read(path);
      if (text === null) throw new CannotTell(`${path} is no text of at most 1 MiB, so it cannot be run`);
      return { path, text };
    }),
  );
  return planMigrations(sources);
}

/** Whether a path is in the folder of the migrations. */
export function isInside(folder: string, path: string): boolean {
  return folder === '.' || folder === '' ? !path.includes('/') : path.startsWith(`${folder}/`);
}

function bySql(inspection: Inspection, tool: string, folder: string, plan: MigrationPlan): Migrator {
  const all = async (
    place: MigrationPlace,
    scripts: readonly MigrationScript[],
    remember: boolean,
  ): Promise<void> => {
    const session = await openSession(place.url, inspection.signal);
    try {
      for (const script of scripts) await runOne(session, script);
      if (remember) await rememberMigrations(session, tool, plan);
    } finally {
      await session.end();
    }
  };
  return {
    kind: 'sql',
    tool,
    folder,
    plan,
    canUndo: plan.migrations.every(({ down, repeatable }) => down !== null || repeatable),
    up: (place) =>
      all(
        place,
        plan.migrations.map(({ up }) => up),
        true,
      ),
    down: (place) =>
      all(
        place,
        [...plan.migrations].reverse().flatMap(({ down }) => (down === null ? [] : [down])),
        false,
      ),
    back: null,
  };
}

async function runOne(session: Session, script: MigrationScript): Promise<void> {
  try {
    await runScript(session, script);
  } catch (error) {
    if (!(error instanceof MigrationFailed)) throw error;
    throw new CannotTell(redactSecrets(`the migration ${error.message}`), { cause: error });
  }
}

function byCommand(
  inspection: Inspection,
  tool: string,
  folder: string,
  plan: MigrationPlan | null,
  commands: MigrationCommands,
): Migrator {
  const run = async (argv: readonly string[], { url, socketDir }: MigrationPlace): Promise<string> => {
    const urlEnv = inspection.settings.database?.urlEnv ?? 'DATABASE_URL';
    const { end, stdout, stderr } = await inspection.run({
      argv: argv.map((word) => (word === '$DATABASE_URL' ? url : word)),
      env: { DATABASE_URL: url, [urlEnv]: url, ...commands.env },
      timeoutMs: COMMAND_TIMEOUT_MS,
      readWrite: socketDir === '' ? [] : [socketDir],
    });
    inspection.signal.throwIfAborted();
    const output = `${stdout}\n${stderr}`.trim();
    if (end.kind === 'exited' && end.code === 0) return output;
    const how = end.kind === 'exited' ? `exit code ${end.code}` : end.kind;
    const words = argv.join(' ').replaceAll(url, '$DATABASE_URL').slice(0, 200);
    throw new CannotTell(redactSecrets(`${words} failed (${how}): ${output.slice(-400)}`));
  };
  const { back } = commands;
  return {
    kind: 'command',
    tool,
    folder,
    plan,
    back:
      back === undefined
        ? null
        : async (place, files) => {
            for (const argv of back(files)) await run(argv, place);
          },
    canUndo: commands.down !== null,
    up: async (place) => {
      await run(commands.up, place);
    },
    down: async (place) => {
      const { down, untilPrinted } = commands;
      if (down === null) throw new CannotTell(`${tool} has no command that undoes migrations`);
      for (let round = 0; round < MOST_REVERTS; round += 1) {
        const output = await run(down, place);
        if (untilPrinted === undefined || untilPrinted.test(output)) return;
      }
      throw new CannotTell(
        `${down.join(' ')} was run ${MOST_REVERTS} times, and something is still left to undo`,
      );
    },
  };
}

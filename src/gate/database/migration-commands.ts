import { CannotTell } from '../checker';
import type { Inspection } from '../inspection';

/** How a migration tool is told to do all, and to undo all; a `down` that undoes one is repeated until it says so. */
export interface MigrationCommands {
  readonly up: readonly string[];
  readonly down: readonly string[] | null;
  readonly env?: Readonly<Record<string, string>>;
  /** What `down` prints when nothing is left to undo; absent: one run undoes everything. */
  readonly untilPrinted?: RegExp;
  /** Undoes the newest migrations, given their files oldest first; absent: only all or none can be undone. */
  readonly back?: (files: readonly string[]) => readonly (readonly string[])[];
}

const once =
  (...words: string[]): NonNullable<MigrationCommands['back']> =>
  (files) =>
    files.map(() => words);
const npx = (...words: string[]): string[] => ['npx', '--no-install', ...words];

// Tools that read DATABASE_URL by themselves, or through the configuration of the repository.
const TOOLS: Readonly<Record<string, MigrationCommands>> = {
  'node-pg-migrate': {
    up: npx('node-pg-migrate', 'up'),
    down: npx('node-pg-migrate', 'down', '100000'),
    back: (files) => [npx('node-pg-migrate', 'down', String(files.length))],
  },
  knex: {
    up: npx('knex', 'migrate:latest'),
    down: npx('knex', 'migrate:rollback', '--all'),
    back: once(...npx('knex', 'migrate:down')),
  },
  drizzle: { up: npx('drizzle-kit', 'migrate'), down: null },
  sequelize: {
    up: npx('sequelize-cli', 'db:migrate', '--url', '$DATABASE_URL'),
    down: npx('sequelize-cli', 'db:migrate:undo:all', '--url', '$DATABASE_URL'),
    back: once(...npx('sequelize-cli', 'db:migrate:undo', '--url', '$DATABASE_URL')),
  },
  alembic: {
    up: ['python3', '-m', 'alembic', 'upgrade', 'head'],
    down: ['python3', '-m', 'alembic', 'downgrade', 'base'],
    back: (files) => [['python3', '-m', 'alembic', 'downgrade', `-${files.length}`]],
  },
  django: { up: ['python3', 'manage.py', 'migrate', '--noinput'], down: null },
};

const DATA_SOURCES = /(?:^|\/)(?:data-?source|ormconfig|typeorm\.config)\.([cm]?[jt]s)$/i;

/** The commands of a tool whose migrations are programs. @throws CannotTell where they are not known or cannot run */
export async function knownCommands(
  inspection: Inspection,
  tool: string,
  folder: string,
): Promise<MigrationCommands> {
  if (tool === 'prisma') {
    throw new CannotTell(
      'Prisma runs migrations with an engine it downloads; run its migrations in your own pipeline, or give the commands of another runner in coordinator.config.json',
    );
  }
  if (tool === 'typeorm') return typeormCommands((await inspection.files()).paths);
  if (tool === 'django') return djangoCommands((await inspection.files()).paths);
  const commands = TOOLS[tool];
  if (commands === undefined) {
    throw new CannotTell(
      `the migrations of ${tool} in ${folder} are run by commands nobody has given; set services[].database.migrations.up and .down in coordinator.config.json`,
    );
  }
  return commands;
}

/** Undoing is per application in Django; those with a folder of migrations in this tree are its own. */
function djangoCommands(paths: readonly string[]): MigrationCommands {
  const apps = new Set(
    paths.flatMap((path) => /([^/]+)\/migrations\/\d{4}_[^/]+\.py$/.exec(path)?.[1] ?? []),
  );
  const manage = paths.find((path) => /(?:^|\/)manage\.py$/.test(path)) ?? 'manage.py';
  const steps = [...apps].map((app) => `python3 "$0" migrate --noinput ${app} zero`).join(' && ');
  return {
    up: ['python3', manage, 'migrate', '--noinput'],
    down: apps.size === 0 ? null : ['sh', '-c', steps, manage],
    back: (files) => djangoBack(manage, paths, files),
  };
}

const DJANGO_MIGRATION = /(?:^|\/)([^/]+)\/migrations\/(\d{4}_[^/]+)\.py$/;

/** Each application back to the last migration that is not among the files. */
function djangoBack(manage: string, paths: readonly string[], files: readonly string[]): string[][] {
  const apps = [...new Set(files.flatMap((file) => DJANGO_MIGRATION.exec(file)?.[1] ?? []))];
  return apps.map((app) => {
    const kept = paths
      .filter((path) => !files.includes(path) && DJANGO_MIGRATION.exec(path)?.[1] === app)
      .flatMap((path) => DJANGO_MIGRATION.exec(path)?.[2] ?? [])
      .sort();
    return ['python3', manage, 'migrate', '--noinput', app, kept.at(-1) ?? 'zero'];
  });
}

function typeormCommands(paths: readonly string[]): MigrationCommands {
  const source = paths.find((path) => DATA_SOURCES.test(path));
  if (source === undefined) throw new CannotTell('the data source of TypeORM was not found among the files');
  const program = source.endsWith('ts') ? 'typeorm-ts-node-commonjs' : 'typeorm';
  return {
    up: npx(program, 'migration:run', '-d', source),
    down: npx(program, 'migration:revert', '-d', source),
    untilPrinted: /No migrations were found in the database/i,
    back: once(...npx(program, 'migration:revert', '-d', source)),
  };
}

import type { GateSettings } from '../domain/quality-gate/gate-settings';
import type { Survey } from '../domain/target/survey';
import { scriptsOf } from './node-scripts';
import { hasAny, type RepositoryFiles, textOf } from './repository-files';
import type { StackFacts } from './stack-facts';

type Commands = Readonly<Record<'up' | 'down', readonly string[] | null>>;

const URL_NAME =
  /\b((?:[A-Z][A-Z0-9]*_)*(?:DATABASE|POSTGRES(?:QL)?|PG|DB)(?:_[A-Z0-9]+)*_?(?:URL|URI|DSN))\b/;
const EXAMPLES = ['.env.example', '.env.sample', '.env.template', '.env.dist'];
const CONFIGURATIONS =
  /(?:^|\/)(?:config|settings|configuration|environment|env|database|db|pool|data-source|knexfile|drizzle\.config)(?:\/(?:index|default|base|database))?\.(?:[cm]?[jt]s|py|ya?ml|properties)$|^prisma\/schema\.prisma$|^src\/main\/resources\/application\.(?:ya?ml|properties)$/;
const COMPOSE = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml'];

/** Commands of migration tools; tools whose plain SQL the gate applies itself have none. */
const TOOLS: Readonly<Record<string, Commands>> = {
  'node-pg-migrate': { up: npx('node-pg-migrate', 'up'), down: npx('node-pg-migrate', 'down', '999') },
  knex: { up: npx('knex', 'migrate:latest'), down: npx('knex', 'migrate:rollback', '--all') },
  sequelize: { up: npx('sequelize-cli', 'db:migrate'), down: npx('sequelize-cli', 'db:migrate:undo:all') },
  prisma: { up: npx('prisma', 'migrate', 'deploy'), down: null },
  drizzle: { up: npx('drizzle-kit', 'migrate'), down: null },
  alembic: {
    up: ['python3', '-m', 'alembic', 'upgrade', 'head'],
    down: ['python3', '-m', 'alembic', 'downgrade', 'base'],
  },
  django: { up: ['python3', 'manage.py', 'migrate', '--noinput'], down: null },
};

const SCRIPTS = {
  up: [
    'migrate:up',
    'db:migrate:up',
    'migration:run',
    'migrations:run',
    'db:migrate',
    'migrate',
    'migrate:latest',
  ],
  down: ['migrate:down', 'db:migrate:down', 'migration:revert', 'migrate:rollback', 'db:rollback'],
  seed: ['seed', 'db:seed', 'seed:run'],
} as const;

/** How the service reaches its PostgreSQL, and how it is migrated and filled; null for a service without one. */
export function findDatabase(
  repository: RepositoryFiles,
  facts: StackFacts,
  survey: Pick<Survey, 'database' | 'migrations'>,
): GateSettings['database'] {
  if (survey.database !== 'postgres') return null;
  const { scripts } = scriptsOf(repository);
  const script = (names: readonly string[]): string[] | null => {
    const name = facts.stack === 'node' ? names.find((row) => scripts[row] !== undefined) : undefined;
    return name === undefined ? null : [facts.packageManager ?? 'npm', 'run', name];
  };
  const tool = survey.migrations === null ? undefined : TOOLS[survey.migrations.tool];
  // Their SQL is applied as it is; a command would say nothing of a single file.
  const isPlain =
    survey.migrations !== null && /^(?:sql-updown|dbmate|flyway|postgrator)$/.test(survey.migrations.tool);
  const command = (which: 'up' | 'down'): string[] | null =>
    isPlain ? null : (script(SCRIPTS[which]) ?? (tool?.[which] === undefined ? null : copy(tool[which])));
  return {
    urlEnv: databaseVariable(repository, facts),
    version: versionIn(repository),
    up: command('up'),
    down: command('down'),
    seed: script(SCRIPTS.seed) ?? pythonSeed(repository),
  };
}

function npx(...argv: string[]): string[] {
  return ['npx', '--no-install', ...argv];
}

function copy(argv: readonly string[] | null): string[] | null {
  return argv === null ? null : [...argv];
}

function databaseVariable(repository: RepositoryFiles, facts: StackFacts): string {
  const paths = [
    ...EXAMPLES.filter((path) => repository.files.includes(path)),
    ...repository.files
      .filter((path) => CONFIGURATIONS.test(path) && !/(?:^|\/)tests?\//.test(path))
      .slice(0, 10),
  ];
  for (const path of paths) {
    const found = URL_NAME.exec(repository.read(path) ?? '')?.[1];
    if (found !== undefined) return found;
  }
  return facts.framework === 'spring-boot' ? 'SPRING_DATASOURCE_URL' : 'DATABASE_URL';
}

/** Major version of the PostgreSQL a compose file starts. */
function versionIn(repository: RepositoryFiles): string | null {
  const text = COMPOSE.map((path) => textOf(repository, path));
  return (
    /image:\s*["']?(?:[\w./-]+\/)?(?:postgres|postgis|timescaledb\/timescaledb-ha):(?:pg)?(\d{1,2})/.exec(
      text.join('\n'),
    )?.[1] ?? null
  );
}

function pythonSeed(repository: RepositoryFiles): string[] | null {
  if (!hasAny(repository, /^scripts\/seed\.py$/)) return null;
  return ['python3', 'scripts/seed.py'];
}

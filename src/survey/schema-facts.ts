import { posix } from 'node:path';
import type { Survey } from '../domain/target/survey';
import { firstOf, type RepositoryFiles } from './repository-files';

/** One migration tool: the file that gives it away, the dependency it also needs, the folder of migrations. */
interface MigrationRow {
  readonly tool: string;
  readonly file: RegExp;
  readonly dependency?: string;
  /** Folder of the migrations, from the file that was found; its own folder by default. */
  readonly dir?: (file: string) => string;
  /** What the file holds, where its name is not enough. */
  readonly content?: RegExp;
}

const MIGRATIONS: readonly MigrationRow[] = [
  { tool: 'prisma', file: /^prisma\/schema\.prisma$/, dir: () => 'prisma/migrations' },
  { tool: 'drizzle', file: /^drizzle\.config\.[cm]?[jt]s$/, dir: () => 'drizzle' },
  { tool: 'knex', file: /^knexfile\.[cm]?[jt]s$/, dir: () => 'migrations' },
  { tool: 'sequelize', file: /^\.sequelizerc$/, dir: () => 'migrations' },
  { tool: 'node-pg-migrate', file: /^migrations\/[^/]+\.(?:sql|[cm]?[jt]s)$/, dependency: 'node-pg-migrate' },
  { tool: 'postgrator', file: /(?:^|\/)migrations\/[^/]+\.sql$/, dependency: 'postgrator' },
  { tool: 'typeorm', file: /(?:^|\/)migrations\/\d+-[^/]+\.[jt]s$/, dependency: 'typeorm' },
  { tool: 'alembic', file: /^alembic\.ini$/, dir: () => 'alembic/versions' },
  { tool: 'django', file: /\/migrations\/0001_[^/]+\.py$/ },
  { tool: 'flyway', file: /(?:^|\/)db\/migration\/V[^/]+__[^/]+\.sql$/ },
  { tool: 'liquibase', file: /(?:^|\/)db\/changelog\/[^/]+$/ },
  { tool: 'dbmate', file: /(?:^|\/)migrations\/[^/]+\.sql$/, content: /^--\s*migrate:up/m },
  { tool: 'sql-updown', file: /\.up\.sql$/ },
];

const SPEC_FOLDERS = ['', 'docs/', 'api/', 'spec/', 'src/main/resources/', 'src/main/resources/static/'];
const SPEC_NAMES = [
  'openapi.yaml',
  'openapi.yml',
  'openapi.json',
  'swagger.yaml',
  'swagger.yml',
  'swagger.json',
];
const SPEC_ANYWHERE = /(?:^|\/)(?:(?:openapi|swagger)\.(?:ya?ml|json)|schema\.graphqls?)$/;
const NOT_OWN = /(?:^|\/)(?:node_modules|vendor|tests?|fixtures|examples|__tests__)\//;
const GRAPHQL_NAMES = ['schema.graphql', 'src/schema.graphql', 'src/main/resources/graphql/schema.graphqls'];

/** The migration tool a repository uses and the folder its migrations are in. */
export function findMigrations(
  repository: RepositoryFiles,
  dependencies: ReadonlySet<string>,
): Survey['migrations'] {
  for (const { tool, file, dependency, dir, content } of MIGRATIONS) {
    if (dependency !== undefined && !dependencies.has(dependency)) continue;
    const found = repository.files.find((path) => file.test(path));
    if (found === undefined) continue;
    if (content !== undefined && !content.test(repository.read(found) ?? '')) continue;
    return { tool, dir: dir?.(found) ?? posix.dirname(found) };
  }
  return null;
}

/** Path of the API spec in the repository. */
export function findApiSpec(repository: RepositoryFiles): string | null {
  const openApi = SPEC_FOLDERS.flatMap((folder) => SPEC_NAMES.map((name) => folder + name));
  return (
    firstOf(repository, [...openApi, ...GRAPHQL_NAMES]) ??
    repository.files.find((path) => SPEC_ANYWHERE.test(path) && !NOT_OWN.test(path)) ??
    null
  );
}

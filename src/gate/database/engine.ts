import { CannotTell, DoesNotApply } from '../checker';
import type { Inspection } from '../inspection';

const MANIFEST =
  /(?:^|\/)(?:package\.json|pyproject\.toml|requirements[^/]*\.txt|Pipfile|setup\.cfg|pom\.xml|build\.gradle(?:\.kts)?)$/;

// What a manifest names where the engine is another one than PostgreSQL.
const OTHER_ENGINES = [
  ['MySQL', /\b(?:mysql2?|mysqlclient|pymysql|aiomysql|mysql-connector(?:-[\w-]+)?)\b/i],
  ['MariaDB', /\bmariadb(?:-[\w-]+)?\b/i],
  ['MongoDB', /\b(?:mongodb|mongoose|pymongo|motor|spring-boot-starter-data-mongodb)\b/i],
  ['SQLite', /\b(?:better-sqlite3|sqlite3|aiosqlite|sqlite-jdbc)\b/i],
  ['SQL Server', /\b(?:mssql|tedious|pyodbc|mssql-jdbc)\b/i],
  ['Oracle', /\b(?:oracledb|cx_oracle|ojdbc\d*)\b/i],
  ['H2', /\bcom\.h2database\b/],
] as const;

/**
 * Returns where the service keeps its data in PostgreSQL.
 * @throws DoesNotApply (`no-database`) where it has neither a driver nor migrations; CannotTell naming another engine
 */
export async function requirePostgres(inspection: Inspection): Promise<void> {
  const { survey } = inspection;
  if (survey.database === 'postgres') return;
  if (survey.database === 'none') {
    if (survey.migrations !== null) return;
    throw new DoesNotApply('no-database', 'there is neither a database driver nor a migration');
  }
  const engine = (await otherEngine(inspection)) ?? 'a database other than PostgreSQL';
  throw new CannotTell(`the service uses ${engine}, and only PostgreSQL can be looked at here`);
}

async function otherEngine(inspection: Inspection): Promise<string | null> {
  const files = await inspection.files();
  const manifests = files.paths.filter((path) => MANIFEST.test(path)).slice(0, 20);
  const text = (await Promise.all(manifests.map((path) => files.read(path)))).join('\n');
  return OTHER_ENGINES.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

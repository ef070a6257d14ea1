/** Tables in which migration tools remember what they have done; lower case, without schema. */
const BOOK_KEEPING: ReadonlySet<string> = new Set([
  'schema_migrations',
  'schema_migration',
  'schema_version',
  'schemaversion',
  'pgmigrations',
  'knex_migrations',
  'knex_migrations_lock',
  'sequelizemeta',
  'sequelizedata',
  'alembic_version',
  'django_migrations',
  'flyway_schema_history',
  'databasechangelog',
  'databasechangeloglock',
  '__drizzle_migrations',
  '_prisma_migrations',
  'goose_db_version',
  'gorp_migrations',
  'mikro_orm_migrations',
  'typeorm_metadata',
  'kysely_migration',
  'kysely_migration_lock',
  '__efmigrationshistory',
]);

/** `migrations` is a table of TypeORM's, and might be one of a service about migrations: its columns tell. */
const TYPEORM_COLUMNS = 'id,name,timestamp';

export function isBookKeeping(table: string, columns: readonly string[]): boolean {
  if (BOOK_KEEPING.has(table.toLowerCase())) return true;
  return table === 'migrations' && [...columns].sort().join(',') === TYPEORM_COLUMNS;
}

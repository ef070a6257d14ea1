import type { MigrationPlan } from './migration-plan';
import type { Session } from './session';

/**
 * Leaves the note that a tool looks for, so that a service which migrates when it starts finds nothing to do: Flyway's
 * baseline, dbmate's versions. Tools whose notes are not known get none.
 */
export async function rememberMigrations(session: Session, tool: string, plan: MigrationPlan): Promise<void> {
  const versions = plan.migrations.flatMap(({ version }) => (version === '' ? [] : [version]));
  const newest = versions.at(-1);
  if (newest === undefined) return;
  if (tool === 'flyway') {
    await session.execute(`CREATE TABLE IF NOT EXISTS flyway_schema_history (
      installed_rank integer PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL,
      type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL,
      installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL)`);
    const note = '<< Flyway Baseline >>';
    await session.rows(
      `INSERT INTO flyway_schema_history VALUES (1, $1, '${note}', 'BASELINE', '${note}', NULL, current_user, now(), 0, true)
       ON CONFLICT DO NOTHING`,
      [newest],
    );
  }
  if (tool === 'dbmate') {
    await session.execute('CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(128) PRIMARY KEY)');
    await session.rows('INSERT INTO schema_migrations SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
      versions,
    ]);
  }
}

import { errorMessageOf } from '../../config/error-code';
import type { InspectionSetting } from '../open-inspection';
import { databaseForTests, databaseServer } from '../run-check';
import { startCounting } from './recorded-statements';

/** A database for one test run, on a server that counts its statements. */
export interface TestDatabase {
  readonly adminUrl: string;
  /** Null: statements are counted; else why not. */
  readonly counted: string | null;
  /** What the tests are told; `urlEnv` is the target's own name for the address. */
  env(urlEnv: string | undefined): Readonly<Record<string, string>>;
  readonly readWrite: readonly string[];
  close(): Promise<void>;
}

/** Starts a private server where the setting has one, else takes the shared one. @throws CouldNotRun */
export async function openTestDatabase(setting: InspectionSetting): Promise<TestDatabase> {
  const { sandbox, privatePostgres } = setting;
  let owned: { stop(): Promise<void> } | undefined;
  const postgres = async (): ReturnType<InspectionSetting['postgres']> => {
    if (privatePostgres === undefined) return setting.postgres();
    const server = await privatePostgres();
    owned = server;
    return server;
  };
  try {
    const server = await databaseServer({ sandbox, postgres });
    const counted =
      owned === undefined ? 'the PostgreSQL of the tests is shared' : await counting(server.adminUrl);
    const database = await databaseForTests(server);
    return {
      adminUrl: server.adminUrl,
      counted,
      env: (urlEnv) => ({
        COORDINATOR_REPLICA_URL: database.serverUrl,
        DATABASE_URL: database.url,
        ...(urlEnv === undefined ? {} : { [urlEnv]: database.url }),
      }),
      readWrite: server.socketDir === undefined ? [] : [server.socketDir],
      close: async () => {
        await database.drop().catch(() => undefined);
        await owned?.stop().catch(() => undefined);
      },
    };
  } catch (error) {
    await owned?.stop().catch(() => undefined);
    throw error;
  }
}

async function counting(adminUrl: string): Promise<string | null> {
  try {
    await startCounting(adminUrl);
    return null;
  } catch (error) {
    return `this PostgreSQL has no pg_stat_statements (${errorMessageOf(error)})`;
  }
}

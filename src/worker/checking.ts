import { join } from 'node:path';
import type { Environment } from '../config/environment';
import type { Home } from '../config/home';
import { createEngines, engineVersions } from '../engines/engines';
import { createBootstrap } from '../gate/bootstrap';
import type { GateSetting } from '../gate/gate-runner';
import { createReceiptCache } from '../gate/receipt-cache';
import type { BlobStore } from '../ports/blob-store';
import type { Engines } from '../ports/engines';
import { startPostgres, type PostgresServer } from '../postgres/start-postgres';
import { createSandbox, probeSandbox } from '../sandbox/sandbox';

/** What commands of a target are run with on this machine, and the end of it. */
export interface Checking {
  readonly setting: GateSetting & { readonly engines: Engines };
  stop(): Promise<void>;
}

/** Wires sandbox, dependencies, PostgreSQL and receipts; nothing is started before it is needed. */
export async function openChecking(options: {
  readonly environment: Environment;
  readonly home: Home;
  readonly store: BlobStore;
}): Promise<Checking> {
  const { environment, home, store } = options;
  const folder = (name: string): string => join(home.home, name);
  let database: Promise<PostgresServer> | undefined;
  const postgres = (): Promise<PostgresServer> => {
    database ??= startPostgres({
      path: environment.path,
      dataRoot: folder('postgres'),
      ...(environment.replicaUrl === undefined ? {} : { replicaUrl: environment.replicaUrl }),
    }).catch((error: unknown) => {
      database = undefined;
      throw error;
    });
    return database;
  };
  const dependencyStore = folder('dependencies');
  const engines = createEngines({ path: environment.path, environment: environment.inherited });
  return {
    setting: {
      sandbox: createSandbox(await probeSandbox({ PATH: environment.path })),
      postgres,
      dependencyStore,
      bootstrap: createBootstrap({ store: dependencyStore, environment: environment.inherited, engines }),
      engines,
      store,
      receipts: createReceiptCache(folder('receipts')),
      clock: () => new Date(),
      searchPath: environment.path,
      engineVersions: (survey) => engineVersions(engines, survey.engines ?? []),
    },
    stop: async () => {
      await (await database?.catch(() => undefined))?.stop();
    },
  };
}

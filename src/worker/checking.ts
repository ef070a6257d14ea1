import { join } from 'node:path';
import type { Environment } from '../config/environment';
import type { Home } from '../config/home';
import { CONFIGURATION_FILE } from '../domain/target/configuration';
import { folderOf } from '../domain/target/service-folder';
import { ConfigurationError } from '../domain/common/user-error';
import { createEngines, engineVersions } from '../engines/engines';
import { createBootstrap } from '../gate/bootstrap';
import { gatherSourceFiles } from '../gate/facts/source-files';
import type { GateSetting } from '../gate/gate-runner';
import { createReceiptCache } from '../gate/receipt-cache';
import type { BlobStore } from '../ports/blob-store';
import type { Engines } from '../ports/engines';
import { dataFolderFor } from '../postgres/data-folder';
import { keepPostgres, type KeptPostgres } from '../postgres/kept-postgres';
import { findOnPath } from '../postgres/postgres-programs';
import { startPostgres } from '../postgres/start-postgres';
import { createSandbox, probeSandbox } from '../sandbox/sandbox';
import { surveyTree } from '../survey/survey-tree';

/** What commands of a target are run with on this machine, and the end of it. */
export interface Checking {
  readonly setting: GateSetting & { readonly engines: Engines };
  /** For data of any size, as a replica's: a server whose data is on the disk. */
  readonly postgresOnDisk: GateSetting['postgres'];
  stop(): Promise<void>;
}

/** Wires sandbox, dependencies, PostgreSQL and receipts; nothing is started before it is needed. */
export async function openChecking(options: {
  readonly environment: Environment;
  readonly home: Home;
  readonly store: BlobStore;
  /** What becomes of a machine that stands in the way; see `GateSetting`. */
  readonly troubles?: GateSetting['troubles'];
}): Promise<Checking> {
  const { environment, home, store, troubles = 'throw' } = options;
  const folder = (name: string): string => join(home.home, name);
  const onDisk = folder('postgres');
  const keepIn = (dataRoot: string): KeptPostgres =>
    keepPostgres(() =>
      startPostgres({
        path: environment.path,
        dataRoot,
        ...(environment.replicaUrl === undefined ? {} : { replicaUrl: environment.replicaUrl }),
      }),
    );
  const dataRoot = await dataFolderFor(onDisk);
  const database = keepIn(dataRoot);
  const roomy = dataRoot === onDisk || environment.replicaUrl !== undefined ? database : keepIn(onDisk);
  const dependencyStore = folder('dependencies');
  const engines = createEngines({ path: environment.path, environment: environment.inherited });
  return {
    setting: {
      sandbox: createSandbox(await probeSandbox({ PATH: environment.path })),
      postgres: () => database.get(),
      dependencyStore,
      bootstrap: createBootstrap({ store: dependencyStore, environment: environment.inherited, engines }),
      engines,
      store,
      receipts: createReceiptCache(folder('receipts')),
      clock: () => new Date(),
      searchPath: environment.path,
      // Not the configured server: others use it, so nothing on it can be counted.
      privatePostgres: () => startPostgres({ path: environment.path, dataRoot }),
      engineVersions: async (survey) =>
        [
          await engineVersions(engines, survey.engines ?? []),
          ...(survey.database === 'postgres' ? [databaseVersion(environment)] : []),
        ].join(', '),
      detect: async (target, folder, signal) => {
        const sources = await gatherSourceFiles({ ...target, signal });
        const files = sources.paths.filter((path) => path !== CONFIGURATION_FILE);
        const read = (path: string): Promise<string | null> => sources.read(path);
        return (await surveyTree({ files, read, configuration: null, folder })).survey;
      },
      configured: async (target, folder, signal) => {
        const sources = await gatherSourceFiles({ ...target, signal });
        const read = (path: string): Promise<string | null> => sources.read(path);
        if ((await read(CONFIGURATION_FILE)) === null) return null;
        try {
          const { survey } = await surveyTree({ files: sources.paths, read, configuration: null });
          // What it says of a service elsewhere is none of this one's.
          return folderOf(survey) === folder ? (survey.gate ?? null) : null;
        } catch (error) {
          // A branch that breaks its configuration gets nothing out of it.
          if (error instanceof ConfigurationError) return null;
          throw error;
        }
      },
      troubles,
    },
    postgresOnDisk: () => roomy.get(),
    stop: async () => {
      await Promise.all([database.stop(), roomy === database ? undefined : roomy.stop()]);
    },
  };
}

/** Which PostgreSQL is used; a folder of an installation names its version. */
function databaseVersion({ path, replicaUrl }: Environment): string {
  if (replicaUrl !== undefined) return `postgres of ${replicaUrl}`;
  try {
    return findOnPath(path).postgres;
  } catch {
    return 'embedded postgres';
  }
}

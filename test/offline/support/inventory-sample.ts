import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../../src/config/environment';
import { dataFolderFor } from '../../../src/postgres/data-folder';
import { startPostgres } from '../../../src/postgres/start-postgres';
import { provisionSample } from './provision-sample';
import type { InstalledSample } from './sample-repository';

const NAME = 'inventory-service';

/** The inventory service with its dependencies, installed as the gate does it, and a PostgreSQL of its own. */
export async function installInventorySample(): Promise<InstalledSample> {
  const root = await mkdtemp(join(tmpdir(), 'inventory-dependencies-'));
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    const { commands, environment } = await provisionSample(NAME, join(root, 'store'));
    const { path } = readEnvironment();
    const postgres = await startPostgres({ path, dataRoot: await dataFolderFor(join(root, 'postgres')) });
    const { url } = await postgres.createDatabase();
    return {
      name: NAME,
      modules: null,
      commands,
      environment: { ...environment, DATABASE_URL: url },
      addDependency: () => Promise.reject(new Error('the inventory playbook adds no dependency')),
      async remove() {
        await postgres.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

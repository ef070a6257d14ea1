import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../../src/postgres/start-postgres';
import { runProgram, sampleFolder, testEnvironment, type InstalledSample } from './sample-repository';

const NAME = 'inventory-service';

/** The inventory service with a virtual environment and a PostgreSQL of its own. */
export async function installInventorySample(): Promise<InstalledSample> {
  const path = await mkdtemp(join(tmpdir(), 'inventory-dependencies-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    const venv = join(path, 'venv');
    const requirements = join(sampleFolder(NAME), 'requirements-dev.txt');
    await install(path, ['python3', '-m', 'venv', venv]);
    await install(path, [join(venv, 'bin', 'pip'), 'install', '-q', '-r', requirements]);
    const inherited = testEnvironment();
    const postgres = await startPostgres({
      path: inherited['PATH'] ?? '',
      dataRoot: join(path, 'postgres'),
    });
    const database = await postgres.createDatabase();
    return {
      name: NAME,
      modules: null,
      commands: { test: ['python3', '-m', 'pytest'], lint: ['ruff', 'check', '.'] },
      environment: {
        ...inherited,
        PATH: `${join(venv, 'bin')}:${inherited['PATH'] ?? ''}`,
        DATABASE_URL: database.url,
        PYTHONDONTWRITEBYTECODE: '1',
      },
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

async function install(cwd: string, command: readonly [string, ...string[]]): Promise<void> {
  const { code, output } = await runProgram(cwd, command, testEnvironment());
  if (code !== 0) throw new Error(`The sample's dependencies were not installed: ${output}`);
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../../src/config/environment';
import { createEngines } from '../../../src/engines/engines';
import { createBootstrap } from '../../../src/gate/bootstrap';
import { startPostgres } from '../../../src/postgres/start-postgres';
import { surveyTree } from '../../../src/survey/survey-tree';
import { sampleFolder, testEnvironment, type InstalledSample } from './sample-repository';

const NAME = 'inventory-service';
const DESCRIBING = ['pyproject.toml', 'requirements.txt', 'requirements-dev.txt'];

/** The inventory service with its dependencies, installed as the gate does it, and a PostgreSQL of its own. */
export async function installInventorySample(): Promise<InstalledSample> {
  const root = await mkdtemp(join(tmpdir(), 'inventory-dependencies-'));
  const { path, inherited: environment } = readEnvironment();
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    const { survey } = await surveyTree({
      files: DESCRIBING,
      read: async (file) =>
        DESCRIBING.includes(file) ? readFile(join(sampleFolder(NAME), file), 'utf8') : null,
      configuration: null,
    });
    const bootstrap = createBootstrap({
      store: join(root, 'store'),
      environment,
      engines: createEngines({ path, environment }),
    });
    const signal = new AbortController().signal;
    const provision = await bootstrap.ensure({ path: sampleFolder(NAME), survey, signal });
    const postgres = await startPostgres({ path, dataRoot: join(root, 'postgres') });
    const { url } = await postgres.createDatabase();
    return {
      name: NAME,
      modules: null,
      commands: { test: command(survey.test), lint: command(survey.lint) },
      environment: {
        ...testEnvironment(),
        ...provision.env,
        PATH: [...provision.path, path].join(':'),
        DATABASE_URL: url,
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

function command(argv: readonly string[] | null): readonly [string, ...string[]] {
  const [program, ...rest] = argv ?? [];
  if (program === undefined) throw new Error(`the survey finds no command for ${NAME}`);
  return [program, ...rest];
}

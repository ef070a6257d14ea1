import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, sampleFolder, testEnvironment, type InstalledSample } from './sample-repository';

const NAME = 'catalog-service';

/** The catalog service with its dependencies. */
export async function installCatalogSample(): Promise<InstalledSample> {
  const path = await mkdtemp(join(tmpdir(), 'catalog-dependencies-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  const environment = { ...testEnvironment(), npm_config_update_notifier: 'false' };
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(sampleFolder(NAME), file), join(path, file));
  }
  const installed = await runProgram(path, ['npm', 'ci', '--ignore-scripts', '--no-audit'], environment);
  if (installed.code !== 0) {
    await remove();
    throw new Error(`The sample's dependencies were not installed: ${installed.output}`);
  }
  return {
    name: NAME,
    modules: join(path, 'node_modules'),
    commands: { test: ['npm', 'test'], lint: ['npm', 'run', 'lint'] },
    environment,
    addDependency: () => Promise.reject(new Error('the catalog playbook adds no dependency')),
    remove,
  };
}

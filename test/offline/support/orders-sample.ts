import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, sampleFolder, testEnvironment, type InstalledSample } from './sample-repository';

const NAME = 'orders-service';

/** The orders service with its dependencies and jose. */
export async function installOrdersSample(): Promise<InstalledSample> {
  const path = await mkdtemp(join(tmpdir(), 'orders-dependencies-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  const environment = { ...testEnvironment(), npm_config_update_notifier: 'false' };
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(sampleFolder(NAME), file), join(path, file));
  }
  const install = ['npm', 'install', '--ignore-scripts', '--save-exact', 'jose@6.2.18'] as const;
  const installed = await runProgram(path, install, environment);
  if (installed.code !== 0) {
    await remove();
    throw new Error(`The sample's dependencies were not installed: ${installed.output}`);
  }
  return {
    name: NAME,
    modules: join(path, 'node_modules'),
    commands: { test: ['npm', 'test'], lint: ['npm', 'run', 'lint'] },
    environment,
    async addDependency(worktree) {
      const manifest = await readFile(join(worktree, 'package.json'), 'utf8');
      await writeFile(
        join(worktree, 'package.json'),
        manifest.replace('"pg":', '"jose": "6.2.18",\n    "pg":'),
      );
      await cp(join(path, 'package-lock.json'), join(worktree, 'package-lock.json'));
      return ['package.json', 'package-lock.json'];
    },
    remove,
  };
}

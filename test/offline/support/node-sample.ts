import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runProgram, sampleFolder, testEnvironment, type InstalledSample } from './sample-repository';

const MANIFESTS = ['package.json', 'package-lock.json'] as const;
const Manifest = z.looseObject({ dependencies: z.record(z.string(), z.string()) });

/** A package that a playbook adds to its sample, with its exact version. */
export interface AddedPackage {
  readonly name: string;
  readonly version: string;
}

/** A bundled Node service with its dependencies and what the playbook adds to them, null for nothing. */
export async function installNodeSample(name: string, added: AddedPackage | null): Promise<InstalledSample> {
  const path = await mkdtemp(join(tmpdir(), `${name}-dependencies-`));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  const environment = { ...testEnvironment(), npm_config_update_notifier: 'false' };
  for (const file of MANIFESTS) await cp(join(sampleFolder(name), file), join(path, file));
  const wanted =
    added === null
      ? (['ci'] as const)
      : (['install', '--save-exact', `${added.name}@${added.version}`] as const);
  const installed = await runProgram(path, ['npm', ...wanted, '--ignore-scripts', '--no-audit'], environment);
  if (installed.code !== 0) {
    await remove();
    throw new Error(`The sample's dependencies were not installed: ${installed.output}`);
  }
  return {
    name,
    modules: join(path, 'node_modules'),
    commands: { test: ['npm', 'test'], lint: ['npm', 'run', 'lint'] },
    environment,
    async addDependency(worktree) {
      if (added === null) throw new Error(`the playbook of ${name} adds no dependency`);
      const [manifest, lockfile] = MANIFESTS;
      await addToManifest(join(worktree, manifest), added);
      await cp(join(path, lockfile), join(worktree, lockfile));
      return [...MANIFESTS];
    },
    remove,
  };
}

async function addToManifest(file: string, { name, version }: AddedPackage): Promise<void> {
  const manifest = Manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  const rows = Object.entries({ ...manifest.dependencies, [name]: version });
  const dependencies = Object.fromEntries(rows.sort(([one], [other]) => (one < other ? -1 : 1)));
  await writeFile(file, `${JSON.stringify({ ...manifest, dependencies }, null, 2)}\n`);
}

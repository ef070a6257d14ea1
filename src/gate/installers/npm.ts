import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BootstrapRefused } from '../bootstrap-refused';
import { createDependencyStore, type Installation } from '../dependency-store';
import { addNpmPackage } from '../npm/add-npm-package';
import { linkDependencies } from '../npm/link-dependencies';
import { runNpm } from '../npm/npm-command';
import { type NpmFiles, readNpmFiles } from '../npm/npm-manifest';
import { type Installer, type InstallerSetting, NOTHING_NEEDED } from './installer';

/** npm: one `node_modules` for each lockfile, linked into checkouts. */
export function createNpmInstaller({ store: folder, environment }: InstallerSetting): Installer {
  const store = createDependencyStore(folder);

  const installation = (files: NpmFiles): Installation => ({
    // Node and platform belong to it because packages choose binaries by them.
    parts: [files.manifest, files.lockfile?.text ?? null, process.version, process.platform, process.arch],
    build: ({ work, signal }) => installInto(work, files, { environment, signal }),
  });

  const installer: Installer = {
    equip: () => Promise.resolve(NOTHING_NEEDED),
    async provide({ path, signal }) {
      const files = await readNpmFiles(path);
      if (files === null) {
        throw new BootstrapRefused('package.json is missing, so its dependencies are unknown.', 'broken');
      }
      const installed = await store.obtain(installation(files), signal);
      await linkDependencies(path, join(installed, 'node_modules'));
      return NOTHING_NEEDED;
    },
    async add({ path, survey, name, version, signal }) {
      const changed = await addNpmPackage({ checkout: path, name, version, environment, signal });
      await installer.provide({ path, survey, signal });
      return changed;
    },
  };
  return installer;
}

async function installInto(
  work: string,
  files: NpmFiles,
  how: { readonly environment: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<void> {
  await writeFile(join(work, 'package.json'), JSON.stringify(files.manifest));
  if (files.lockfile === null) {
    await runNpm(['install', '--no-package-lock'], { folder: work, ...how });
  } else {
    await writeFile(join(work, files.lockfile.name), files.lockfile.text);
    await runNpm(['ci'], { folder: work, ...how });
    await rm(join(work, files.lockfile.name));
  }
  await rm(join(work, 'package.json'));
  // npm makes no folder when there is nothing to install.
  await mkdir(join(work, 'node_modules'), { recursive: true });
}

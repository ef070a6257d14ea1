import type { Survey } from '../domain/survey';
import type { Bootstrap } from '../ports/gate';
import { addPackage } from './add-dependency';
import { BootstrapRefused } from './bootstrap-refused';
import { createDependencyStore } from './dependency-store';
import { linkDependencies } from './link-dependencies';
import { readNpmFiles } from './npm-manifest';

export interface BootstrapSetting {
  /** Folder of the shared store; checks mount it read-only. */
  readonly store: string;
  /** The user's environment: the registry and its credentials are set there. Little of it reaches npm. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Dependencies through npm: installed once for each lockfile, linked into checkouts. A target without an install
 * command gets nothing.
 * @throws BootstrapRefused when the target's files are at fault or not supported, CouldNotRun for anything else
 */
export function createBootstrap(setting: BootstrapSetting): Bootstrap {
  const store = createDependencyStore(setting.store, setting.environment);

  const bootstrap: Bootstrap = {
    async ensure({ path, survey, signal }) {
      if (survey.install === null) return;
      refuseOtherInstallers(survey);
      const files = await readNpmFiles(path);
      if (files === null) {
        throw new BootstrapRefused('package.json is missing, so its dependencies are unknown.', 'broken');
      }
      await linkDependencies(path, await store.obtain(files, signal));
    },
    async addDependency({ path, survey, name, version, signal }) {
      if (survey.stack !== 'node') {
        throw new BootstrapRefused('Dependencies can be added to Node projects only.', 'unsupported');
      }
      refuseOtherInstallers(survey);
      const { environment } = setting;
      const changedFiles = await addPackage({ checkout: path, name, version, environment, signal });
      await bootstrap.ensure({
        path,
        survey: { ...survey, install: survey.install ?? ['npm', 'ci'] },
        signal,
      });
      return { changedFiles };
    },
  };
  return bootstrap;
}

function refuseOtherInstallers(survey: Survey): void {
  const installer = survey.install?.[0] ?? survey.packageManager;
  if (installer !== 'npm' && installer !== null) {
    throw new BootstrapRefused(
      `Dependencies are installed by ${installer} in this repository, and only npm can be used here yet.`,
      'unsupported',
    );
  }
}

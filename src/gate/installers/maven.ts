import { join } from 'node:path';
import type { Provision } from '../../ports/gate';
import { BootstrapRefused } from '../bootstrap-refused';
import { readCheckoutFile, replaceFile } from '../checkout-file';
import { CouldNotRun } from '../could-not-run';
import { createDependencyStore } from '../dependency-store';
import { checkMavenPackage, insertDependency } from '../maven/insert-dependency';
import { installProject, parseProjectFile } from '../maven/install-project';
import { reducePom } from '../maven/reduce-pom';
import { engineOf, equipmentOf } from './equipment';
import type { Installer, InstallerSetting } from './installer';

/** Raised when what is brought in for the same pom changes. */
const INSTALL_VERSION = 2;

/**
 * Maven: one local repository for all targets, because artifacts never change once published. What is installed for a
 * pom is noted beside it. Builds see the repository read-only, which Maven offline is content with.
 */
export function createMavenInstaller({ store: parent, environment, engines }: InstallerSetting): Installer {
  const folder = join(parent, 'maven');
  const repository = join(folder, 'repository');
  // Maven's local repository is not made for several writers.
  const store = createDependencyStore(folder, 'repository');

  async function provide(
    request: { readonly signal: AbortSignal },
    read: (path: string) => Promise<string | null>,
  ): Promise<Provision> {
    const java = await engineOf(engines, 'java');
    const maven = await engineOf(engines, 'mvn');
    if (/\s/.test(repository)) {
      throw new CouldNotRun(
        `Maven cannot be given ${repository}, which has white space; set COORDINATOR_HOME.`,
      );
    }
    const text = await read('pom.xml');
    if (text === null) {
      throw new BootstrapRefused('pom.xml is missing, so its dependencies are unknown.', 'broken');
    }
    const extensions = await read('.mvn/extensions.xml');
    const pom = parseProjectFile('pom.xml', text);
    const coreExtensions = extensions === null ? null : parseProjectFile('.mvn/extensions.xml', extensions);
    const parts = [text, extensions, maven.version, java.version, INSTALL_VERSION];
    // Refused before anything is fetched, and before the lock is waited for.
    reducePom(pom, null);
    await store.obtain(
      {
        parts,
        build: ({ work, signal }) =>
          installProject({ maven, java, repository, environment }, { pom, coreExtensions }, { work, signal }),
      },
      request.signal,
    );
    const equipment = equipmentOf(java, maven);
    return { ...equipment, env: { ...equipment.env, MAVEN_OPTS: `-Dmaven.repo.local=${repository}` } };
  }

  return {
    equip: async () => equipmentOf(await engineOf(engines, 'java'), await engineOf(engines, 'mvn')),
    provide: (request) => provide(request, (path) => readCheckoutFile(request.path, path)),
    async add({ path, name, version, signal }) {
      const wanted = checkMavenPackage(name, version);
      const before = await readCheckoutFile(path, 'pom.xml');
      if (before === null) {
        throw new BootstrapRefused('There is no pom.xml to add a dependency to.', 'unsupported');
      }
      const after = insertDependency(before, { ...wanted, version });
      await provide({ signal }, (file) =>
        file === 'pom.xml' ? Promise.resolve(after) : readCheckoutFile(path, file),
      );
      await replaceFile(join(path, 'pom.xml'), after);
      return ['pom.xml'];
    },
  };
}

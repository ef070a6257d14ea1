import { join } from 'node:path';
import type { Provision } from '../../ports/gate';
import { BootstrapRefused } from '../bootstrap-refused';
import { readCheckoutFile, replaceFile } from '../checkout-file';
import type { InstallRequest } from '../installers/installer';
import { insertRequirement } from './insert-requirement';
import { parseRequirement } from './requirements-file';

// PEP 440: a release, perhaps with epoch, pre-, post- or development part.
const VERSION =
  /^(?:\d+!)?\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?(?:\+[a-z0-9]+(?:[.][a-z0-9]+)*)?$/i;

/** A package of the registry by exact version. @throws BootstrapRefused for anything else */
export function checkPythonPackage(name: string, version: string): void {
  const requirement = parseRequirement(name);
  if (name.length > 214 || requirement === null || !/^[\w.-]+$/.test(name)) {
    throw new BootstrapRefused(
      `${JSON.stringify(name.slice(0, 214))} is no name of a package in the registry; give a name such as httpx.`,
      'broken',
    );
  }
  if (version.length > 100 || !VERSION.test(version)) {
    throw new BootstrapRefused(
      `${JSON.stringify(version.slice(0, 100))} is no exact version; give one such as 0.28.1, not a range.`,
      'broken',
    );
  }
}

/**
 * Adds a package to the first requirements file of a project, else to its pyproject.toml, and leaves every other line
 * as it is. The files are changed once the whole set is installed.
 */
export async function addRequirement(
  request: InstallRequest & { readonly name: string; readonly version: string },
  files: readonly string[],
  provide: (request: InstallRequest, read: (path: string) => Promise<string | null>) => Promise<Provision>,
): Promise<readonly string[]> {
  const { path: checkout, name, version } = request;
  checkPythonPackage(name, version);
  const [file] = files;
  const before = file === undefined ? null : await readCheckoutFile(checkout, file);
  if (file === undefined || before === null) {
    throw new BootstrapRefused('There is no requirements file to add a dependency to.', 'unsupported');
  }
  const after = insertRequirement(file, before, name, version);
  await provide(request, (path) =>
    path === file ? Promise.resolve(after) : readCheckoutFile(checkout, path),
  );
  await replaceFile(join(checkout, file), after);
  return [file];
}

import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT_FOLDER } from '../domain/target/service-folder';
import { BootstrapRefused } from './bootstrap-refused';

/**
 * The folder of a service in a checkout.
 * @throws BootstrapRefused where there is none, or a link stands in its place, which may lead out of the checkout
 */
export async function findServiceFolder(checkout: string, folder: string): Promise<string> {
  if (folder === ROOT_FOLDER) return checkout;
  const path = join(checkout, folder);
  const found = await lstat(path).catch(() => null);
  if (found?.isDirectory() !== true || (await realpath(path)) !== join(await realpath(checkout), folder)) {
    throw new BootstrapRefused(
      `There is no folder ${folder} with the service in this tree; mend services[].path of the configuration, or bring the folder back.`,
      'broken',
    );
  }
  return path;
}

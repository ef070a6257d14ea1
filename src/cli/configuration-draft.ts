import { lstat, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIGURATION_FILE } from '../domain/target/configuration';
import { ConfigurationError } from '../domain/common/user-error';

/** Where the draft goes. @throws ConfigurationError for an address, and for a file that is there already */
export async function draftPlace(repository: string, force: boolean): Promise<string> {
  const folder = await stat(repository).catch(() => null);
  if (folder?.isDirectory() !== true) {
    throw new ConfigurationError(
      'A draft needs a repository on this machine to be written into; give the path of a checkout.',
    );
  }
  const file = join(repository, CONFIGURATION_FILE);
  const there = await lstat(file).catch(() => null);
  if (there !== null && !force) {
    throw new ConfigurationError(`${file} is there already; add --force to replace it by a draft.`);
  }
  return file;
}

/** A link that stands there is replaced, not followed. */
export async function writeDraft(file: string, text: string): Promise<void> {
  const draft = `${file}.${String(process.pid)}`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new ConfigurationError(`${file} cannot be written; see to the rights of its folder.`, {
      cause: error,
    });
  }
}

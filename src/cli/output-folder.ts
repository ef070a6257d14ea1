import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { errorCodeOf } from '../config/error-code';
import { ConfigurationError } from '../domain/common/user-error';

/**
 * Makes the folder a flag names where it is not there, and looks whether it can be written into.
 * @throws ConfigurationError where it cannot
 */
export async function makeOutputFolder(folder: string, flag: string): Promise<void> {
  await writingInto(folder, flag, async () => {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  });
}

/** Does the work; what the file system refuses becomes one sentence about the flag. */
export async function writingInto<T>(folder: string, flag: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = errorCodeOf(error);
    if (typeof code !== 'string') throw error;
    throw new ConfigurationError(
      `The folder ${folder} cannot be written (${code}); give ${flag} one that can.`,
      { cause: error },
    );
  }
}

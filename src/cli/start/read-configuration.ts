import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigurationError } from '../../domain/common/user-error';
import type { GivenConfiguration } from '../services';

/** The file given with `--config`; null without one. @throws ConfigurationError when it cannot be read. */
export async function readConfiguration(
  path: string | undefined,
  cwd: string,
): Promise<GivenConfiguration | null> {
  if (path === undefined) return null;
  const file = resolve(cwd, path);
  try {
    return { text: await readFile(file, 'utf8'), source: path };
  } catch (error) {
    throw new ConfigurationError(
      `The configuration ${file} cannot be read; check the path given with --config.`,
      {
        cause: error,
      },
    );
  }
}

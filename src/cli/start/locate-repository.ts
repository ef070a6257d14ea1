import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { BY_DEFAULT, SETTINGS_FILE, type Settings, type Sourced } from '../../domain/notification/settings';

/** Asks for the bundled sample by name, whatever the settings say; a folder of that name is `./sample`. */
const SAMPLE = 'sample';

/**
 * An address stays as it is; a path is resolved against where the user stands. `~/` is the user's home: no shell reads
 * what is typed at a question, stands in a file, or follows `=`.
 */
export function locateRepository(repository: string, cwd: string, userHome: string = homedir()): string {
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(repository) || /^[\w.-]+@[\w.-]+:/.test(repository);
  if (isAddress) return repository;
  return /^~(?:\/|$)/.test(repository) ? join(userHome, repository.slice(1)) : resolve(cwd, repository);
}

/** The repository to build in: as asked, else as the settings say; null: the bundled sample. */
export function chooseRepository(request: {
  /** `--repo` as written. */
  readonly asked: string | undefined;
  readonly settings: Pick<Settings, 'repository'>;
  readonly cwd: string;
  /** Folder of the settings, which their paths are relative to. */
  readonly home: string;
}): Sourced<string | null> {
  const { asked, settings, cwd, home } = request;
  const locate = (written: string, from: string): string | null =>
    written === SAMPLE ? null : locateRepository(written, from);
  if (asked !== undefined) return { value: locate(asked, cwd), source: '--repo' };
  if (settings.repository !== undefined)
    return { value: locate(settings.repository, home), source: SETTINGS_FILE };
  return { value: null, source: BY_DEFAULT };
}

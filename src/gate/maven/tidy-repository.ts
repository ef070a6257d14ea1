import { copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const TRACKING = /^(?:_remote\.repositories|resolver-status\.properties|.*\.lastUpdated)$/;

/**
 * Makes a local repository one that serves without network whatever the build calls its registries: Maven notes from
 * which one an artifact came, and offline refuses it where that one is not configured (a mirror of the user's, for
 * example). What failed before is forgotten, so that it is tried again.
 */
export async function tidyRepository(repository: string): Promise<void> {
  const entries = await readdir(repository, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (TRACKING.test(entry.name)) await rm(path, { force: true });
    if (/^maven-metadata-(?!central\b|local\b).+\.xml$/.test(entry.name)) {
      await copyFile(path, join(entry.parentPath, 'maven-metadata-central.xml'));
    }
  }
}

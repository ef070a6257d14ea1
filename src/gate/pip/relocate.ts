import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const LARGEST_SCRIPT_BYTES = 1024 * 1024;

/** Makes a virtual environment run from another path: its scripts name the one it was made at. */
export async function relocateEnvironment(folder: string, final: string): Promise<void> {
  const scripts = (await readdir(join(folder, 'bin'))).map((name) => join(folder, 'bin', name));
  for (const path of [...scripts, join(folder, 'pyvenv.cfg')]) {
    const found = await lstat(path);
    if (!found.isFile() || found.size > LARGEST_SCRIPT_BYTES) continue;
    const bytes = await readFile(path);
    if (bytes.includes(0) || !bytes.includes(folder)) continue;
    await writeFile(path, bytes.toString('utf8').replaceAll(folder, final));
  }
}

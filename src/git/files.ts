import { lstat, readFile, rm, writeFile } from 'node:fs/promises';

/** Whether something is there, be it a broken link. */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Makes `path` a plain file with this text; a link or folder in its place is removed, never followed. */
export async function restoreFile(path: string, text: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() === true && found.nlink === 1 && (await readFile(path, 'utf8')) === text) return;
  await rm(path, { recursive: true, force: true });
  await writeFile(path, text, { flag: 'wx' });
}

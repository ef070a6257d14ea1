import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', linux: 'xdg-open' };

/**
 * Opens an address with a secret in it. The browser is given a file only its owner reads, which goes on to the address:
 * arguments of a process are seen by everybody on the machine.
 * @returns what removes the file, and why nothing was opened
 */
export async function openInBrowser(
  address: string,
  home: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly problem?: string; remove(): Promise<void> }> {
  const remove = (): Promise<void> => rm(file, { force: true });
  const file = join(home, 'inbox-link.html');
  const opener = OPENERS[process.platform];
  const problem = 'No browser could be opened from here; use the link.';
  if (opener === undefined) return { problem, remove };
  await rm(file, { force: true });
  await writeFile(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${address}">`, {
    mode: 0o600,
    flag: 'wx',
  });
  const started = await new Promise<boolean>((resolve) => {
    const child = spawn(opener, [file], { stdio: 'ignore', detached: true, env: environment });
    child.once('error', () => {
      resolve(false);
    });
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
  return started ? { remove } : { problem, remove };
}

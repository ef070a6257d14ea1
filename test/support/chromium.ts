import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser of this machine; null: there is none, and tests that need one say so. */
const CHROMIUM: string | null = findChromium();

/** `describe`, left out with the reason in its name where there is no browser. */
export const describeInBrowser = (name: string, tests: () => void): void => {
  if (CHROMIUM === null)
    describe.skip(`${name} (no Chromium is on PATH: nothing of it was looked at)`, tests);
  else describe(name, tests);
};

export function openBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error('There is no Chromium on PATH.');
  // Our own pages only: containers have no sandbox for a browser.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

function findChromium(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return paths.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** What becomes of tests that need a browser. */
type BrowserTests =
  | { readonly kind: 'run'; readonly chromium: string }
  /** Left out, which the name says; or they fail. */
  | { readonly kind: 'skip' | 'fail'; readonly why: string };

/**
 * They run where a Chromium is on the path. Without one they are left out; where `CI` is set they fail, so that nobody takes
 * them for passed, unless `BACKEND_COORDINATOR_NO_CHROMIUM=1` says that there is none on purpose.
 */
export function browserTests(environment: Readonly<Record<string, string | undefined>>): BrowserTests {
  const found = findChromium(environment['PATH'] ?? '');
  if (found !== null) return { kind: 'run', chromium: found };
  const isCi = !['', '0', 'false'].includes(environment['CI'] ?? '');
  return isCi && environment['BACKEND_COORDINATOR_NO_CHROMIUM'] !== '1'
    ? {
        kind: 'fail',
        why: 'No Chromium is on PATH and CI is set: install one, or set BACKEND_COORDINATOR_NO_CHROMIUM=1 to leave the tests in a browser out.',
      }
    : { kind: 'skip', why: 'no Chromium is on PATH: nothing of it was looked at' };
}

const HERE = browserTests(process.env);

/** `describe`, left out with the reason in its name where there is no browser, or failing where there has to be one. */
export function describeInBrowser(name: string, tests: () => void): void {
  switch (HERE.kind) {
    case 'run':
      describe(name, tests);
      return;
    case 'skip':
      describe.skip(`${name} (${HERE.why})`, tests);
      return;
    case 'fail': {
      const { why } = HERE;
      describe(name, () => {
        test('there is a browser', () => {
          throw new Error(why);
        });
      });
    }
  }
}

export function openBrowser(): Promise<Browser> {
  if (HERE.kind !== 'run') throw new Error('There is no Chromium on PATH.');
  // Our own pages only: containers have no sandbox for a browser.
  return chromium.launch({ executablePath: HERE.chromium, args: ['--no-sandbox'] });
}

function findChromium(path: string): string | null {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
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

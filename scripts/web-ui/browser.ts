import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;

/** The system's Chromium; null where there is none on the path. */
export function findChromium(path: string): string | null {
  for (const folder of path.split(delimiter))
    for (const name of NAMES) if (existsSync(join(folder, name))) return join(folder, name);
  return null;
}

/** A page of a fixed size, light, in English and UTC, so that pictures of it are alike everywhere. */
export async function openPage(browser: Browser, size: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  return context.newPage();
}

export async function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath });
}

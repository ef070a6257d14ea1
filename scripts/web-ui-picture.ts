import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../src/config/environment';
import { resolveHome } from '../src/config/home';
import { connectTemporal } from '../src/temporal/resolve';

/**
 * Photographs an objective's page in the Temporal Web UI with headless Chromium, from whatever server holds it:
 * `node dist/scripts/web-ui-picture.js <objective id> <file.png> [page]`, page being `timeline` (default),
 * `user-metadata`, `history` …
 */
async function main([objectiveId, file, page = 'timeline']: readonly string[]): Promise<void> {
  if (objectiveId === undefined || file === undefined) throw new Error('name an objective and a file');
  const environment = readEnvironment();
  const server = await connectTemporal({ environment, home: resolveHome(environment) });
  const profile = mkdtempSync(join(tmpdir(), 'web-ui-picture-'));
  try {
    const { status, error } = spawnSync(
      'chromium',
      [
        ...[
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--hide-scrollbars',
        ],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
        ...[`--user-data-dir=${profile}`, '--window-size=1500,1700', '--virtual-time-budget=20000'],
        `--screenshot=${file}`,
        `${server.uiUrl ?? ''}/namespaces/${server.namespace}/workflows/${objectiveId}/${page}`,
      ],
      { stdio: 'ignore', timeout: 90_000 },
    );
    if (status !== 0) throw new Error(`chromium took no picture: ${error?.message ?? String(status)}`);
  } finally {
    rmSync(profile, { recursive: true, force: true });
    await server.release();
  }
}

void main(process.argv.slice(2));

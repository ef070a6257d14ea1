// Needs bash: what `.ci/run` does about a browser, with stand-ins for every program it calls.
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { runCommand } from '../../src/process/run-command';

let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'ci-path-'));
  await symlink('/usr/bin/dirname', join(bin, 'dirname'));
  await program('bwrap', '');
  await program('npm', 'echo "npm $* without chromium: ${BACKEND_COORDINATOR_NO_CHROMIUM-no}"');
});
afterEach(async () => {
  await rm(bin, { recursive: true });
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/bash\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

async function run(): Promise<string> {
  const ran = await runCommand({
    argv: ['/bin/bash', join(packageRoot(), '.ci/run')],
    cwd: bin,
    env: { PATH: bin },
    timeoutMs: 60_000,
    maxOutputBytes: 100_000,
  });
  expect([ran.end, ran.stderr]).toEqual([{ kind: 'exited', code: 0 }, '']);
  return ran.stdout;
}

describe('CI', () => {
  test('installs a browser as root where there is none', async () => {
    await program('id', 'echo 0');
    await program(
      'apt-get',
      `echo "$*" >> "${bin}/installed"; [ "$1" = update ] || { echo > "${bin}/chromium"; /bin/chmod +x "${bin}/chromium"; }`,
    );
    expect(await run()).toContain('npm test without chromium: no\n');
    expect(await readFile(join(bin, 'installed'), 'utf8')).toContain('install -y -qq chromium');
  });

  test('where none can be installed says so in a line and leaves its tests out', async () => {
    await program('id', 'echo 0');
    await program('apt-get', '[ "$1" = update ]');
    const said = await run();
    expect(said.match(/^No Chromium could be installed: .*$/gm)).toHaveLength(1);
    expect(said).toContain('npm test without chromium: 1\n');
  });

  test('installs nothing where there is a browser, or for a user who may not', async () => {
    await program('apt-get', `echo > "${bin}/installed"; exit 1`);
    await program('id', 'echo 1000');
    expect(await run()).toContain('npm test without chromium: no\n');
    await program('id', 'echo 0');
    await program('google-chrome', '');
    expect(await run()).toContain('npm test without chromium: no\n');
    await expect(readFile(join(bin, 'installed'))).rejects.toThrow('ENOENT');
  });
});

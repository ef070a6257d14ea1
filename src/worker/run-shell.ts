import { join } from 'node:path';
import { BootstrapRefused } from '../gate/bootstrap-refused';
import { CouldNotRun } from '../gate/could-not-run';
import type { RunShell } from '../model/tools/shell';
import type { Bootstrap, Provision } from '../ports/gate';
import { redactSecrets } from '../process/redact';
import { type CommandEnd, minimalEnvironment, runCommand } from '../process/run-command';
import type { Sandbox } from '../sandbox/sandbox';

type Request = Parameters<RunShell>[0];

interface ShellSetting {
  readonly sandbox: Sandbox;
  readonly bootstrap: Bootstrap;
  /** Folder with the installed dependencies, mounted read-only. */
  readonly dependencyStore: string;
}

/**
 * The specialists' shell: one command line in the worktree with its dependencies, under the sandbox in force, nothing
 * else reachable. The repository behind the worktree is not: its history holds every file, also those a specialist does
 * not see. Dependencies that cannot be brought in are told, and the command runs without them.
 */
export function createRunShell(setting: ShellSetting): RunShell {
  return async (request) => {
    const { command, worktree, masked, timeoutMs, signal } = request;
    const { provision, gap } = await provide(setting.bootstrap, request);
    const run = await runCommand(
      setting.sandbox.wrap(
        {
          argv: ['/bin/sh', '-c', command],
          cwd: worktree.path,
          env: { ...minimalEnvironment(provision.path), ...provision.env },
          timeoutMs,
          signal,
          maxOutputBytes: 64 * 1024,
        },
        {
          worktree: worktree.path,
          readOnly: [setting.dependencyStore, ...provision.readOnly],
          masked: masked.map((path) => join(worktree.path, path)),
          network: 'none',
        },
      ),
    );
    const output = [gap, run.stdout, run.stderr].filter((text) => text !== '').join('\n');
    return {
      exitCode: run.end.kind === 'exited' ? run.end.code : null,
      ended: describeEnd(run.end),
      output: redactSecrets(output),
      masked: setting.sandbox.level !== 'none',
    };
  };
}

/** The specialist may be in the middle of a change to its manifest, and still needs a shell. */
async function provide(
  bootstrap: Bootstrap,
  { worktree, survey, signal }: Request,
): Promise<{ readonly provision: Provision; readonly gap: string }> {
  try {
    const provision = await bootstrap.ensure({ path: worktree.path, survey, signal });
    return { provision, gap: '' };
  } catch (error) {
    if (!(error instanceof BootstrapRefused || error instanceof CouldNotRun)) throw error;
    return {
      provision: { env: {}, path: [], readOnly: [] },
      gap: `(without dependencies: ${error.message})`,
    };
  }
}

function describeEnd(end: CommandEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exit code ${end.code}`;
    case 'signalled':
      return `killed by ${end.signal}`;
    case 'timed-out':
      return 'timed out';
    case 'aborted':
      return 'aborted';
    case 'not-started':
      return `not started: ${end.reason}`;
  }
}

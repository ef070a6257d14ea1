import { join } from 'node:path';
import { runCommand, type CommandEnd } from '../process/run-command';
import { redactSecrets } from '../process/redact';
import type { RunShell } from '../model/tools/shell';
import type { Sandbox } from '../sandbox/sandbox';

/**
 * The specialists' shell: one command line in the worktree, under the sandbox in force, nothing else reachable. The
 * repository behind the worktree is not: its history holds every file, also those a specialist does not see.
 */
export function createRunShell(sandbox: Sandbox, readOnly: readonly string[]): RunShell {
  return async ({ command, worktree, masked, timeoutMs, signal }) => {
    const run = await runCommand(
      sandbox.wrap(
        {
          argv: ['/bin/sh', '-c', command],
          cwd: worktree.path,
          timeoutMs,
          signal,
          maxOutputBytes: 64 * 1024,
        },
        {
          worktree: worktree.path,
          readOnly,
          masked: masked.map((path) => join(worktree.path, path)),
          network: 'none',
        },
      ),
    );
    const output = [run.stdout, run.stderr].filter((text) => text !== '').join('\n');
    return {
      exitCode: run.end.kind === 'exited' ? run.end.code : null,
      ended: describeEnd(run.end),
      output: redactSecrets(output),
      masked: sandbox.level !== 'none',
    };
  };
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

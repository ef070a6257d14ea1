import { existsSync, statSync } from 'node:fs';
import { type CommandSpec, minimalEnvironment } from '../process/run-command';
import { frameArguments, policyArguments, SANDBOX_HOME } from './bubblewrap';
import type { SandboxLevel, SandboxPolicy, SandboxProbe } from './sandbox-policy';

export { probeSandbox } from './probe-sandbox';
export type { SandboxPolicy, SandboxProbe } from './sandbox-policy';

/** Confines commands; what it returns is run with `runCommand` as usual. */
export interface Sandbox {
  readonly level: SandboxLevel;
  /** Throws when a path of the policy is relative or a mask lies outside the worktree. */
  wrap(spec: CommandSpec, policy: SandboxPolicy): CommandSpec;
}

const PRLIMIT = '/usr/bin/prlimit';
// Per process. Not the address space: Node reserves far more than it uses. The process count does not bind root.
const LIMITS = [
  '--nproc=1024',
  `--fsize=${String(2 * 1024 ** 3)}`,
  `--data=${String(6 * 1024 ** 3)}`,
  '--core=0',
];

// Git asks who owns a repository before it reads it, and would run hooks and monitors the repository names.
const GIT_SETTINGS = {
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_CONFIG_KEY_1: 'core.hooksPath',
  GIT_CONFIG_VALUE_1: '/dev/null',
  GIT_CONFIG_KEY_2: 'core.fsmonitor',
  GIT_CONFIG_VALUE_2: 'false',
  GIT_TERMINAL_PROMPT: '0',
} as const;

/**
 * The sandbox a probe found. At level `none` a command only gets the clean environment. Under bubblewrap it sees
 * the system's programs, this Node, the policy's paths and nothing else; has no network, no capabilities and a
 * home and /tmp that end with it; and dies with the process that started it, children included.
 */
export function createSandbox(probe: SandboxProbe): Sandbox {
  if (probe.level === 'none') {
    return { level: 'none', wrap: (spec) => ({ ...spec, env: cleanEnvironment(spec) }) };
  }
  const program = probe.program ?? 'bwrap';
  const frame = frameArguments({
    variant: probe.variant ?? 'full',
    limitsTmpfs: probe.limitsTmpfs ?? false,
  });
  const limits = existsSync(PRLIMIT) ? [PRLIMIT, ...LIMITS, '--'] : [];
  return {
    level: 'bubblewrap',
    wrap: (spec, policy) => ({
      ...spec,
      ...ownerOf(policy.worktree, probe),
      argv: [
        program,
        ...frame,
        ...policyArguments(policy),
        '--chdir',
        spec.cwd,
        '--',
        ...limits,
        ...spec.argv,
      ],
      env: { ...cleanEnvironment(spec), HOME: SANDBOX_HOME, TMPDIR: '/tmp' },
    }),
  };
}

function cleanEnvironment(spec: CommandSpec): Record<string, string> {
  return { ...minimalEnvironment(), ...GIT_SETTINGS, ...spec.env };
}

/**
 * Root without capabilities cannot write what belongs to someone else, so the command runs as the worktree's
 * owner. Without a user namespace only root can use bwrap, and the command stays root.
 */
function ownerOf(worktree: string, probe: SandboxProbe): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0 || probe.variant === 'no-userns') return {};
  const { uid, gid } = statSync(worktree);
  return uid === 0 ? {} : { uid, gid };
}

import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { runCommand } from '../process/run-command';
import { frameArguments } from './bubblewrap';
import type { SandboxProbe, SandboxVariant } from './sandbox-policy';

const PROBE_TIMEOUT_MS = 10_000;
const ADVICE =
  'install bubblewrap (0.5 or later) and allow user namespaces, or pass --allow-unsandboxed to run without';

const probes = new Map<string, Promise<SandboxProbe>>();

/** Finds out, by running `true` in it, which sandbox works here; asked once per process and PATH. */
export function probeSandbox(env: { PATH: string }): Promise<SandboxProbe> {
  const known = probes.get(env.PATH);
  if (known !== undefined) return known;
  const probe = probeOnce(env.PATH);
  probes.set(env.PATH, probe);
  return probe;
}

async function probeOnce(path: string): Promise<SandboxProbe> {
  const program = findProgram('bwrap', path);
  if (program === undefined) return { level: 'none', detail: `bwrap is not on PATH; ${ADVICE}.` };
  const help = await runCommand({ argv: [program, '--help'], cwd: tmpdir(), timeoutMs: PROBE_TIMEOUT_MS });
  const limitsTmpfs = help.stdout.includes('--size');
  const variants: SandboxVariant[] = ['full', 'no-proc'];
  if (process.getuid?.() === 0) variants.push('no-userns');
  let lastError = '';
  for (const variant of variants) {
    const run = await runCommand({
      argv: [program, ...frameArguments({ variant, limitsTmpfs }), '--remount-ro', '/', '--', 'true'],
      cwd: tmpdir(),
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    if (run.end.kind === 'exited' && run.end.code === 0) {
      return { level: 'bubblewrap', variant, program, limitsTmpfs, detail: VARIANT_DETAIL[variant] };
    }
    lastError = run.stderr.trim().split('\n').at(-1) ?? '';
  }
  const tried = variants.join(', ');
  return { level: 'none', detail: `bwrap was tried (${tried}) and failed with "${lastError}"; ${ADVICE}.` };
}

const VARIANT_DETAIL: Readonly<Record<SandboxVariant, string>> = {
  full: 'bubblewrap works with namespaces of its own for users, processes, network and files.',
  'no-proc':
    'bubblewrap works, but /proc cannot be mounted here (a nested container), so tools that read /proc fail inside.',
  'no-userns':
    'bubblewrap works for root without a user namespace; worktrees must belong to root, others cannot be written inside.',
};

/** The first executable of that name on a PATH; relative entries are skipped, they would depend on the folder. */
function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

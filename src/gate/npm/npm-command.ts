import { redactSecrets } from '../../process/redact';
import { runCommand } from '../../process/run-command';
import { BootstrapRefused } from '../bootstrap-refused';
import { clientEnvironment } from '../client-environment';
import { CouldNotRun } from '../could-not-run';

const TIMEOUT_MS = 600_000;

// npm settings that say where packages come from; those of the npm that may have started us stay out.
const NPM_SETTINGS =
  /^(?:npm_config_(?:registry|userconfig|globalconfig|cache|cafile|ca|cert|key|strict_ssl|proxy|https_proxy|noproxy|\/\/.*|@.*)|NODE_EXTRA_CA_CERTS|NPM_TOKEN|NODE_AUTH_TOKEN)$/i;

/** The part of the user's environment npm needs to reach the user's registry: its configuration, proxies, tokens. */
export function npmEnvironment(inherited: Readonly<Record<string, string>>): Record<string, string> {
  return clientEnvironment(inherited, NPM_SETTINGS);
}

// The target's own fault, as npm words it; anything else (network, disk) may pass.
const TARGET_FAULT =
  /npm (?:error|ERR!) code (EUSAGE|ERESOLVE|ETARGET|E404|EINTEGRITY|EINVALIDPACKAGENAME|EINVALIDTAGNAME|ENOVERSIONS|EOVERRIDE|EBADPLATFORM)/;

const NPM_FLAGS = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'] as const;

/**
 * Runs npm outside the sandbox, which has no network, in a folder that holds nothing of the target but its
 * dependencies' names. Scripts are off.
 * @throws BootstrapRefused when npm refuses the manifest or lockfile, CouldNotRun for everything else
 */
export async function runNpm(
  args: readonly string[],
  place: {
    readonly folder: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const command = `npm ${args.join(' ')}`;
  const run = await runCommand({
    argv: ['npm', ...args, ...NPM_FLAGS],
    cwd: place.folder,
    env: { ...npmEnvironment(place.environment), NPM_CONFIG_UPDATE_NOTIFIER: 'false' },
    timeoutMs: TIMEOUT_MS,
    signal: place.signal,
  });
  place.signal.throwIfAborted();
  if (run.end.kind === 'exited' && run.end.code === 0) return;
  const errors = redactSecrets(run.stderr)
    .split('\n')
    .filter((line) => /^npm (?:error|ERR!)/.test(line) && !line.includes('complete log'))
    .slice(0, 12)
    .join('\n');
  if (TARGET_FAULT.test(run.stderr)) {
    throw new BootstrapRefused(
      `${command} refuses package.json or its lockfile; correct them.\n${errors}`,
      'broken',
    );
  }
  const end = run.end.kind === 'not-started' ? run.end.reason : run.end.kind;
  throw new CouldNotRun(`${command} did not work (${end}); is the package registry reachable?\n${errors}`);
}

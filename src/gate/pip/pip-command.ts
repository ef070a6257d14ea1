import { redactSecrets } from '../../process/redact';
import { type CommandRun, runCommand } from '../../process/run-command';
import { BootstrapRefused } from '../bootstrap-refused';
import { clientEnvironment } from '../client-environment';
import { CouldNotRun } from '../could-not-run';

const TIMEOUT_MS = 600_000;

const PIP_SETTINGS =
  /^(?:PIP_(?:INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|CERT|CLIENT_CERT|PROXY|CONFIG_FILE|CACHE_DIR|RETRIES|TIMEOUT|DEFAULT_TIMEOUT|KEYRING_PROVIDER)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/;
// A user's configuration may ask for more than where packages are; these have the last word.
const OURS = {
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_NO_INPUT: '1',
  PIP_USER: '0',
  PIP_ROOT_USER_ACTION: 'ignore',
  PYTHONNOUSERSITE: '1',
};

const NETWORK =
  /connection broken by|NewConnectionError|Max retries exceeded|Read timed out|SSLError|ProxyError/;
const TARGET_FAULT =
  /No matching distribution found|Could not find a version that satisfies|ResolutionImpossible|DO NOT MATCH THE HASHES|--require-hashes mode|Invalid requirement|requires a different Python/;

interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs the machine's own interpreter outside the sandbox, in a folder that holds nothing of the target. */
export async function runPython(
  argv: readonly [string, ...string[]],
  place: Place,
  stdin?: string,
): Promise<CommandRun> {
  const run = await runCommand({
    argv,
    cwd: place.folder,
    env: { ...clientEnvironment(place.environment, PIP_SETTINGS), ...OURS },
    timeoutMs: TIMEOUT_MS,
    signal: place.signal,
    maxOutputBytes: 4 * 1024 * 1024,
    ...(stdin === undefined ? {} : { stdin }),
  });
  place.signal.throwIfAborted();
  return run;
}

/**
 * Lets pip install into a virtual environment. Only wheels: a wheel is unpacked, while a source distribution runs its
 * build on this machine, outside any sandbox and with the network. There is no way back to sources on purpose; where
 * a range allows it, pip takes an older version that has a wheel.
 * @throws BootstrapRefused when pip refuses the requirements, CouldNotRun for everything else
 */
export async function pipInstall(
  python: string,
  request: Place & { readonly venv: string; readonly args: readonly string[] },
): Promise<void> {
  const run = await runPython(
    [
      ...([python, '-m', 'pip', '--python', request.venv, 'install', '--only-binary=:all:'] as const),
      ...['--no-warn-script-location', '--quiet', ...request.args],
    ],
    request,
  );
  if (run.end.kind === 'exited' && run.end.code === 0) return;
  const errors = redactSecrets(run.stderr)
    .split('\n')
    .filter((line) => /^ERROR|^ {4}\S|^WARNING: Retrying/.test(line))
    .slice(0, 12)
    .join('\n');
  if (TARGET_FAULT.test(run.stderr) && !NETWORK.test(run.stderr)) {
    throw new BootstrapRefused(
      `pip refuses the requirements; correct them. Only versions with a wheel for this Python can be installed, because building a package runs its code.\n${errors}`,
      'broken',
    );
  }
  if (/No module named pip|no such option: --python/.test(run.stderr)) {
    throw new CouldNotRun(`${python} has no pip of version 22.3 or later; install it for this Python.`);
  }
  const end = run.end.kind === 'not-started' ? run.end.reason : run.end.kind;
  throw new CouldNotRun(`pip install did not work (${end}); is the package registry reachable?\n${errors}`);
}

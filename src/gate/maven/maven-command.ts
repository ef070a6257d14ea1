import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../ports/engines';
import { redactSecrets } from '../../process/redact';
import { runCommand } from '../../process/run-command';
import { BootstrapRefused } from '../bootstrap-refused';
import { clientEnvironment } from '../client-environment';
import { CouldNotRun } from '../could-not-run';

const TIMEOUT_MS = 900_000;
const MAVEN_SETTINGS = /^MAVEN_(?:OPTS|ARGS)$/;
const NETWORK =
  /Could not transfer (?:artifact|metadata)|UnknownHost|Connection (?:refused|reset|timed out)|Read timed out|SSLHandshake|status(?: code)?:? (?:401|403|407|429|5\d\d)/;
const NOT_FOUND = /Could not find artifact|was not found in/;
const TARGET_FAULT = /is missing\b|Malformed|Non-parseable|must be |problems? (?:was|were) encountered/;

export interface MavenSetting {
  readonly maven: Engine;
  readonly java: Engine;
  /** Local repository that all targets share. */
  readonly repository: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Runs Maven outside the sandbox on poms of our own making, with the user's settings for registry and proxy.
 * @param lenient an artifact that does not exist is left out
 * @throws BootstrapRefused when the registry does not have what the target asks for, CouldNotRun for everything else
 */
export async function runMaven(
  { maven, java, repository, environment }: MavenSetting,
  request: {
    readonly folder: string;
    readonly args: readonly string[];
    readonly signal: AbortSignal;
    readonly lenient?: boolean;
  },
): Promise<void> {
  const { folder, args, signal, lenient = false } = request;
  const run = await runCommand({
    argv: [
      ...([maven.program, '-B', '-ntp', `-Dmaven.repo.local=${repository}`] as const),
      ...[...(lenient ? ['-fn'] : []), ...args],
    ],
    cwd: folder,
    env: { ...(await mavenEnvironment(environment)), ...java.env },
    timeoutMs: TIMEOUT_MS,
    signal,
    maxOutputBytes: 1024 * 1024,
  });
  signal.throwIfAborted();
  const output = `${run.stdout}\n${run.stderr}`;
  const isNetwork = NETWORK.test(output);
  if (run.end.kind === 'exited' && run.end.code === 0 && !(lenient && isNetwork)) return;
  const errors = redactSecrets(output)
    .split('\n')
    .filter(
      (line) => line.startsWith('[ERROR]') && !/re-run Maven|\[Help \d\] http|read the following/.test(line),
    )
    .map((line) => line.replaceAll(folder, '').slice(0, 1000))
    .slice(0, 8)
    .join('\n');
  if (!isNetwork && (NOT_FOUND.test(output) || TARGET_FAULT.test(output))) {
    throw new BootstrapRefused(
      `Maven cannot resolve what pom.xml asks for; correct it. Artifacts come from the registry of this machine, not from repositories a pom names.\n${errors}`,
      'broken',
    );
  }
  const end = run.end.kind === 'not-started' ? run.end.reason : run.end.kind;
  throw new CouldNotRun(`Maven did not work (${end}); is the registry reachable?\n${errors}`);
}

/** Registry settings in the user's environment, with what the user's settings.xml takes from there. */
async function mavenEnvironment(
  inherited: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const settings = await readFile(join(inherited['HOME'] ?? '/', '.m2', 'settings.xml'), 'utf8').catch(
    () => '',
  );
  const named = [...settings.matchAll(/\$\{env\.(\w+)\}/g)].map(
    ([, name = '']) => [name, inherited[name]] as const,
  );
  const given = named.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...clientEnvironment(inherited, MAVEN_SETTINGS), ...Object.fromEntries(given) };
}

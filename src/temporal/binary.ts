import { access, constants, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Environment } from '../config/environment';
import { errorMessageOf } from '../config/error-code';
import { explainFileError } from '../config/home';
import { ConfigurationError, TemporalUnreachableError } from '../domain/common/user-error';
import { ACQUIRE_STEPS, type AcquireStep } from './binary-steps';
import { runTool } from './run-tool';

export interface ResolveBinaryOptions {
  readonly environment: Pick<Environment, 'temporal' | 'path' | 'inherited' | 'initCwd'>;
  /** The product's cache folder; binaries are kept under `bin/temporal-<version>/temporal`. */
  readonly cache: string;
  readonly onProgress?: (text: string) => void;
  readonly steps?: readonly AcquireStep[];
}

const VERIFY_WITHIN_MS = 15_000;
const GETTING = 'getting-';
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1_000;

/**
 * A `temporal` program that runs: the one the user names, the one on PATH, one in the cache, else the first step
 * that brings one into the cache. Safe for several processes at once: each brings its own and renames it.
 * @throws ConfigurationError when TEMPORAL_CLI_PATH is no such program; TemporalUnreachableError naming every way.
 */
export async function resolveTemporalBinary(options: ResolveBinaryOptions): Promise<string> {
  const { environment } = options;
  const named = environment.temporal.cliPath;
  if (named !== undefined) {
    const path = resolve(environment.initCwd ?? process.cwd(), named);
    if ((await readVersion(path, environment)) !== undefined) return path;
    throw new ConfigurationError(
      `TEMPORAL_CLI_PATH names ${named}, which does not run as the Temporal CLI; correct or unset it.`,
    );
  }
  return (
    (await findOnPath(environment)) ??
    (await findInCache(options)) ??
    (await acquire(options, options.steps ?? ACQUIRE_STEPS))
  );
}

async function findOnPath(environment: ResolveBinaryOptions['environment']): Promise<string | undefined> {
  for (const folder of environment.path.split(delimiter).filter(isAbsolute)) {
    const path = join(folder, 'temporal');
    if ((await readVersion(path, environment)) !== undefined) return path;
  }
  return undefined;
}

async function findInCache({ cache, environment }: ResolveBinaryOptions): Promise<string | undefined> {
  const entries = await readdir(join(cache, 'bin')).catch(() => []);
  const newestFirst = entries
    .filter((name) => name.startsWith('temporal-'))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  for (const name of newestFirst) {
    const path = join(cache, 'bin', name, 'temporal');
    if ((await readVersion(path, environment)) !== undefined) return path;
  }
  return undefined;
}

async function acquire(options: ResolveBinaryOptions, steps: readonly AcquireStep[]): Promise<string> {
  const refusals: string[] = [];
  for (const step of steps) {
    options.onProgress?.(`Getting the Temporal server (once): ${step.name}`);
    const result = await tryStep(options, step);
    if (result.kind === 'acquired') return result.path;
    refusals.push(`${step.name}: ${result.reason}`);
  }
  throw new TemporalUnreachableError(
    'No Temporal server binary is to be had; install the Temporal CLI on PATH, name it in TEMPORAL_CLI_PATH, or ' +
      `make one of these work: ${refusals.join('; ')}.`,
  );
}

type StepResult = { kind: 'acquired'; path: string } | { kind: 'refused'; reason: string };

async function tryStep(options: ResolveBinaryOptions, step: AcquireStep): Promise<StepResult> {
  const bin = join(options.cache, 'bin');
  const folder = await makeFolder(bin);
  try {
    const fetched = await step.acquire(folder, options.environment.inherited);
    const version = await readVersion(fetched, options.environment);
    if (version === undefined) return { kind: 'refused', reason: 'what it brought does not run' };
    return { kind: 'acquired', path: await keep(fetched, join(bin, `temporal-${version}`)) };
  } catch (error) {
    return { kind: 'refused', reason: errorMessageOf(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(bin: string): Promise<string> {
  try {
    await mkdir(bin, { recursive: true, mode: 0o700 });
    await sweep(bin);
    return await mkdtemp(join(bin, GETTING));
  } catch (error) {
    throw explainFileError(error, bin) ?? error;
  }
}

// What a killed process left half fetched.
async function sweep(bin: string): Promise<void> {
  for (const name of (await readdir(bin)).filter((entry) => entry.startsWith(GETTING))) {
    const folder = join(bin, name);
    const touched = (await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - touched > ABANDONED_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
}

// A rename over an older file is atomic and leaves a running server of that file alone.
async function keep(fetched: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'temporal');
  await rename(fetched, path);
  return path;
}

async function readVersion(
  path: string,
  environment: Pick<Environment, 'inherited'>,
): Promise<string | undefined> {
  if (!(await isExecutable(path))) return undefined;
  const output = await runTool([path, '--version'], environment.inherited, VERIFY_WITHIN_MS).catch(() => '');
  return /^temporal version v?([0-9][\w.+-]*)/m.exec(output)?.[1];
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

// Needs no server: fake programs that print a version.
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import { resolveTemporalBinary } from '../../src/temporal/binary';
import type { AcquireStep } from '../../src/temporal/binary-steps';

let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binary-'));
  cache = join(folder, 'cache');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function writeProgram(path: string, version: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "temporal version ${version} (Server 1.0.0, UI 1.0.0)"\n`);
  await chmod(path, 0o755);
  return path;
}

function fetches(version: string, calls: string[] = []): AcquireStep {
  return {
    name: `fetch ${version}`,
    acquire: (into) => {
      calls.push(version);
      return writeProgram(join(into, 'bin', 'temporal'), version);
    },
  };
}

const refuses: AcquireStep = {
  name: 'the broken way',
  acquire: () => Promise.reject(new Error('no network')),
};

function resolveWith(steps: readonly AcquireStep[], variables: Record<string, string> = {}): Promise<string> {
  return resolveTemporalBinary({ environment: readEnvironment({ PATH: '', ...variables }), cache, steps });
}

test('the program the user names wins over the one on PATH', async () => {
  const named = await writeProgram(join(folder, 'mine', 'cli'), '9.9.9');
  await writeProgram(join(folder, 'path', 'temporal'), '1.0.0');
  const variables = { TEMPORAL_CLI_PATH: named, PATH: join(folder, 'path') };
  await expect(resolveWith([], variables)).resolves.toBe(named);
});

test('a named program that does not run -> exit code 2', async () => {
  const variables = { TEMPORAL_CLI_PATH: join(folder, 'missing') };
  await expect(resolveWith([fetches('1.0.0')], variables)).rejects.toMatchObject({ exitCode: 2 });
});

test('a program on PATH that is no Temporal CLI is passed over', async () => {
  const broken = join(folder, 'broken', 'temporal');
  await writeProgram(broken, 'unknown');
  const good = await writeProgram(join(folder, 'good', 'temporal'), '1.2.3');
  const PATH = `${dirname(broken)}:${dirname(good)}`;
  await expect(resolveWith([], { PATH })).resolves.toBe(good);
});

test('the first way that works fills the cache, and the cache is used from then on', async () => {
  const calls: string[] = [];
  const steps = [refuses, fetches('garbage', calls), fetches('1.9.1', calls), fetches('1.5.1', calls)];
  const path = await resolveWith(steps);
  expect(path).toBe(join(cache, 'bin', 'temporal-1.9.1', 'temporal'));
  await expect(resolveWith(steps)).resolves.toBe(path);
  expect(calls).toEqual(['garbage', '1.9.1']);
  expect(await readdir(join(cache, 'bin'))).toEqual(['temporal-1.9.1']);
});

test('several at once agree on one file', async () => {
  const paths = await Promise.all([1, 2, 3].map(() => resolveWith([fetches('1.9.1')])));
  expect(new Set(paths).size).toBe(1);
  expect(await readdir(join(cache, 'bin'))).toEqual(['temporal-1.9.1']);
});

test('no way works -> exit code 5, names all of them', async () => {
  const message = expect.stringMatching(/PATH.*TEMPORAL_CLI_PATH.*the broken way: no network/);
  await expect(resolveWith([refuses])).rejects.toMatchObject({ exitCode: 5, message });
});

test('what a killed process left half fetched is swept after a day', async () => {
  const [old, fresh] = [join(cache, 'bin', 'getting-old'), join(cache, 'bin', 'getting-fresh')];
  await mkdir(old, { recursive: true });
  await mkdir(fresh);
  await utimes(old, 0, 0);
  await resolveWith([fetches('1.9.1')]);
  expect(await readdir(join(cache, 'bin'))).toEqual(['getting-fresh', 'temporal-1.9.1']);
});

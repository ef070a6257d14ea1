// Needs npm, tar and git; a registry on a loopback port. No Temporal, no PostgreSQL, no network.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { checkNpmPackage } from '../../src/gate/npm/add-npm-package';
import { BootstrapRefused } from '../../src/gate/bootstrap-refused';
import { createBootstrap } from '../../src/gate/bootstrap';
import { npmEnvironment } from '../../src/gate/npm/npm-command';
import { createEngines } from '../../src/engines/engines';
import type { Survey } from '../../src/domain/target/survey';
import type { Bootstrap } from '../../src/ports/gate';
import { startRegistry, type TestRegistry } from './registry';
import { containing, parseObject, parsePackages, SURVEY, writeFiles } from './support';

const NODE: Survey = { ...SURVEY, install: ['npm', 'ci'] };
const signal = new AbortController().signal;

let base: string;
let checkout: string;
let store: string;
let registry: TestRegistry;
let bootstrap: Bootstrap;
const engines = createEngines({ path: '', environment: {} });

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  checkout = join(base, 'checkout');
  store = join(base, 'dependencies');
  mkdirSync(checkout);
  registry = await startRegistry(base, {
    plain: {},
    '@scope/tool': { manifest: { dependencies: { plain: '^1.0.0' } } },
    greedy: { manifest: { scripts: { postinstall: `touch ${join(base, 'package-script-ran')}` } } },
  });
  bootstrap = createBootstrap({ store, environment: environment(), engines });
});
afterEach(async () => {
  await registry.close();
  rmSync(base, { recursive: true, force: true });
});

function environment(): Record<string, string> {
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: base,
    npm_config_registry: registry.url,
    npm_config_cache: join(base, 'npm-cache'),
  };
}

function manifest(content: object): void {
  writeFiles(checkout, { 'package.json': `${JSON.stringify(content, null, 4)}\n` });
}

const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');
const add = (name: string, version = '1.0.0'): Promise<unknown> =>
  bootstrap.addDependency({ path: checkout, survey: NODE, name, version, signal });

/** A second checkout with the same manifest and lockfile. */
function sibling(name: string): string {
  const path = join(base, name);
  writeFiles(path, { 'package.json': read('package.json'), 'package-lock.json': read('package-lock.json') });
  return path;
}

function leftovers(): string[] {
  return readdirSync(store).filter((name) => !/^[0-9a-f]{64}$/.test(name));
}

describe('adding a dependency', () => {
  test('changes manifest and lockfile, names no registry in them, and brings the package in', async () => {
    manifest({ name: 'tiny', version: '1.0.0', scripts: { test: 'true' }, dependencies: {} });
    expect(await add('@scope/tool')).toEqual({ changedFiles: ['package.json', 'package-lock.json'] });
    expect(JSON.parse(read('package.json'))).toEqual({
      name: 'tiny',
      version: '1.0.0',
      scripts: { test: 'true' },
      dependencies: { '@scope/tool': '1.0.0' },
    });
    expect(read('package.json')).toMatch(/^\{\n {4}"name"/);
    expect(read('package-lock.json')).not.toContain('127.0.0.1');
    const run = spawnSync('node', ['-p', "require('@scope/tool') + ' ' + require('plain')"], {
      cwd: checkout,
    });
    expect(String(run.stdout).trim()).toBe('@scope/tool plain');
    expect(leftovers()).toEqual([]);
  });

  test('leaves the addresses the lockfile already had', async () => {
    manifest({ name: 'tiny', version: '1.0.0' });
    await add('plain');
    const lockfile = parseObject(read('package-lock.json'));
    const packages = parsePackages(read('package-lock.json'));
    const resolved = `${registry.url}/plain/-/package-1.0.0.tgz`;
    packages['node_modules/plain'] = { ...packages['node_modules/plain'], resolved };
    writeFiles(checkout, { 'package-lock.json': { ...lockfile, packages } });
    await add('@scope/tool');
    const after = parsePackages(read('package-lock.json'));
    expect(after['node_modules/plain']?.['resolved']).toBe(resolved);
    expect(after['node_modules/@scope/tool']?.['resolved']).toBeUndefined();
    expect(Object.keys(parseObject(read('package-lock.json')))).toEqual(Object.keys(lockfile));
    expect(Object.keys(after[''] ?? {})).toEqual(Object.keys(packages[''] ?? {}));
  });

  test('no script runs, neither of the target nor of the package', async () => {
    const touch = `touch ${join(base, 'target-script-ran')}`;
    const scripts = {
      preinstall: touch,
      install: touch,
      postinstall: touch,
      prepare: touch,
      dependencies: touch,
    };
    manifest({ name: 'tiny', version: '1.0.0', scripts });
    writeFiles(checkout, { '.npmrc': 'ignore-scripts=false\n' });
    await add('greedy');
    expect(existsSync(join(checkout, 'node_modules/greedy'))).toBe(true);
    expect(existsSync(join(base, 'target-script-ran'))).toBe(false);
    expect(existsSync(join(base, 'package-script-ran'))).toBe(false);
    expect(parseObject(read('package.json'))['scripts']).toEqual(scripts);
  });

  test.each([
    ['foo@git+ssh://host/x', '1.0.0'],
    ['../x', '1.0.0'],
    ['/etc', '1.0.0'],
    ['--registry=http://x', '1.0.0'],
    ['foo bar', '1.0.0'],
    ['Foo', '1.0.0'],
    ['.foo', '1.0.0'],
    ['@a/b/c', '1.0.0'],
    ['foo', '^1.0.0'],
    ['foo', '1.x'],
    ['foo', 'latest'],
    ['foo', '1.0'],
    ['foo', ''],
    ['foo', 'git+ssh://host/x'],
    ['foo', 'file:../x'],
    ['foo', 'npm:bar@1.0.0'],
    ['foo', '1.0.0 || 2.0.0'],
    ['foo', '01.0.0'],
    ['foo', '1.0.0\n'],
  ])('%j at %j is refused before npm is asked', (name, version) => {
    expect(() => {
      checkNpmPackage(name, version);
    }).toThrow(BootstrapRefused);
  });

  test('a package that does not exist is refused and changes nothing', async () => {
    manifest({ name: 'tiny', version: '1.0.0' });
    const before = read('package.json');
    await expect(add('nowhere')).rejects.toMatchObject({ name: 'Gate.BootstrapRefused', why: 'broken' });
    expect(read('package.json')).toBe(before);
    expect(existsSync(join(checkout, 'package-lock.json'))).toBe(false);
  });
});

describe('bringing dependencies in', () => {
  beforeEach(() => {
    const root = { name: 'tiny', version: '1.0.0', dependencies: { plain: '1.0.0' } };
    manifest(root);
    const packages = { '': root, 'node_modules/plain': { version: '1.0.0' } };
    writeFiles(checkout, { 'package-lock.json': { ...root, lockfileVersion: 3, requires: true, packages } });
  });
  const ensure = (path: string, by = bootstrap, survey = NODE): Promise<unknown> =>
    by.ensure({ path, survey, signal });

  test('many at once, also of several processes, install once', async () => {
    const other = createBootstrap({ store, environment: environment(), engines });
    const paths = ['a', 'b', 'c'].map(sibling);
    await Promise.all([
      ...paths.map((path) => ensure(path)),
      ...paths.map((path) => ensure(`${path}/.`, other)),
    ]);
    expect(registry.fetched).toHaveLength(1);
    for (const path of paths) expect(existsSync(join(path, 'node_modules/plain/index.js'))).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  test('a script added to package.json does not install anew', async () => {
    await ensure(sibling('a'));
    const path = sibling('b');
    writeFiles(path, { 'package.json': { ...parseObject(read('package.json')), scripts: { test: 'x' } } });
    await ensure(path);
    expect(readdirSync(store)).toHaveLength(1);
  });

  test('what a crash left is taken over: a lock of a dead process, a half-made install, half-made links', async () => {
    await ensure(sibling('a'));
    const [key = ''] = readdirSync(store);
    rmSync(join(store, key), { recursive: true });
    const dead = String(spawnSync('true').pid);
    writeFileSync(join(store, `${key}.lock`), dead);
    mkdirSync(join(store, `.install-${dead}-abc/node_modules/plain`), { recursive: true });
    const path = sibling('b');
    await ensure(path);
    rmSync(join(path, 'node_modules/.linked-from'));
    rmSync(join(path, 'node_modules/plain'));
    await ensure(path);
    expect(existsSync(join(path, 'node_modules/plain/index.js'))).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  test('git sees nothing of it, also where nothing is ignored', async () => {
    const path = sibling('a');
    spawnSync('git', ['init', '-q'], { cwd: path });
    await ensure(path);
    const status = spawnSync('git', ['status', '--porcelain', '-uall'], { cwd: path });
    expect(String(status.stdout)).not.toContain('node_modules');
    expect(lstatSync(join(path, 'node_modules')).isDirectory()).toBe(true);
  });

  test('a node_modules the repository brings is left alone', async () => {
    const path = sibling('a');
    writeFiles(path, { 'node_modules/plain/index.js': 'own' });
    await ensure(path);
    expect(readFileSync(join(path, 'node_modules/plain/index.js'), 'utf8')).toBe('own');
  });

  test('a lockfile that does not fit the manifest is the work to mend', async () => {
    const path = sibling('a');
    writeFiles(path, {
      'package.json': { name: 'tiny', version: '1.0.0', dependencies: { greedy: '1.0.0' } },
    });
    await expect(ensure(path)).rejects.toMatchObject({ name: 'Gate.BootstrapRefused', why: 'broken' });
    expect(leftovers()).toEqual([]);
  });

  test('an override of what the manifest asks for itself is the work to mend', async () => {
    manifest({
      ...{ name: 'tiny', version: '1.0.0' },
      ...{ dependencies: { plain: '1.0.0' }, overrides: { plain: '2.0.0' } },
    });
    await expect(add('greedy')).rejects.toMatchObject({
      name: 'Gate.BootstrapRefused',
      message: containing('EOVERRIDE'),
    });
  });

  test('a registry that does not answer is no fault of the work', async () => {
    await registry.close();
    const environmentWithoutRetries = { ...environment(), HOME: join(base, 'home') };
    writeFiles(join(base, 'home'), { '.npmrc': 'fetch-retries=0\n' });
    const offline = createBootstrap({ store, environment: environmentWithoutRetries, engines });
    await expect(ensure(sibling('a'), offline)).rejects.toMatchObject({ name: 'Gate.CouldNotRun' });
  });

  test('an abort stops the install and leaves nothing', async () => {
    const stop = new AbortController();
    const running = bootstrap.ensure({ path: sibling('a'), survey: NODE, signal: stop.signal });
    setTimeout(() => {
      stop.abort(new Error('enough'));
    }, 150);
    await expect(running).rejects.toThrow('enough');
    expect(leftovers()).toEqual([]);
  });

  test('other package managers are not supported, and no install command means nothing to do', async () => {
    const path = sibling('a');
    await expect(ensure(path, bootstrap, { ...NODE, install: ['pnpm', 'install'] })).rejects.toMatchObject({
      why: 'unsupported',
      message: containing('pnpm'),
    });
    await ensure(path, bootstrap, { ...NODE, install: null });
    expect(existsSync(join(path, 'node_modules'))).toBe(false);
  });
});

describe('what npm never gets to see', () => {
  const ensure = (): Promise<unknown> => bootstrap.ensure({ path: checkout, survey: NODE, signal });

  test.each([
    [{ dependencies: { x: 'git+ssh://git@host/x.git' } }],
    [{ dependencies: { x: 'github:a/b' } }],
    [{ dependencies: { x: 'a/b' } }],
    [{ devDependencies: { x: 'file:../../etc' } }],
    [{ dependencies: { x: 'http://host/x.tgz' } }],
    [{ optionalDependencies: { x: 'link:../x' } }],
    [{ dependencies: { x: '../x' } }],
    [{ overrides: { a: { b: 'git+https://host/x' } } }],
  ])('%j is refused', async (content) => {
    manifest({ name: 'tiny', version: '1.0.0', ...content });
    await expect(ensure()).rejects.toMatchObject({ name: 'Gate.BootstrapRefused', why: 'broken' });
  });

  test('ranges and aliases of the registry are not refused by their spelling', async () => {
    manifest({
      name: 'tiny',
      dependencies: { plain: '>=1.0.0 <2 || ^1.0.0', alias: 'npm:@scope/tool@~1.0.0' },
    });
    await ensure();
    expect(existsSync(join(checkout, 'node_modules/alias/index.js'))).toBe(true);
  });

  test('a manifest that is a link out of the checkout is not followed', async () => {
    writeFiles(base, { 'outside.json': { name: 'tiny' } });
    symlinkSync(join(base, 'outside.json'), join(checkout, 'package.json'));
    await expect(ensure()).rejects.toMatchObject({ name: 'Gate.BootstrapRefused', why: 'broken' });
  });

  test('a lockfile with a package from git is refused', async () => {
    manifest({ name: 'tiny', version: '1.0.0' });
    writeFiles(checkout, {
      'package-lock.json': {
        lockfileVersion: 3,
        packages: {
          '': {},
          'node_modules/x': { version: '1.0.0', resolved: 'git+ssh://git@host/x.git#abc' },
        },
      },
    });
    await expect(ensure()).rejects.toMatchObject({ name: 'Gate.BootstrapRefused', why: 'broken' });
  });

  test('model keys and settings of an outer npm stay out of its environment', () => {
    const kept = npmEnvironment({
      PATH: '/bin',
      HOME: '/home/u',
      https_proxy: 'http://p',
      npm_config_registry: 'http://r',
      npm_config_ignore_scripts: 'false',
      npm_config_local_prefix: '/x',
      NODE_ENV: 'production',
      NODE_OPTIONS: '--require x',
      ANTHROPIC_API_KEY: 'k',
    });
    expect(Object.keys(kept)).toEqual(['PATH', 'HOME', 'https_proxy', 'npm_config_registry']);
  });
});

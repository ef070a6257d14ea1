import { z } from 'zod';
import { firstOf, hasAny, type RepositoryFiles } from './repository-files';
import { databaseOf, frameworkOf, type StackFacts } from './stack-facts';

const Texts = z.record(z.string(), z.string()).catch({});
const Manifest = z.looseObject({
  name: z.string().optional().catch(undefined),
  packageManager: z.string().optional().catch(undefined),
  engines: z
    .object({ node: z.string().max(200).optional() })
    .optional()
    .catch(undefined),
  scripts: Texts.default({}),
  dependencies: Texts.default({}),
  devDependencies: Texts.default({}),
});
type Manifest = z.infer<typeof Manifest>;

type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const LOCKFILES: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['npm-shrinkwrap.json', 'npm'],
  ['package-lock.json', 'npm'],
];

const FRAMEWORKS = [
  ['@nestjs/core', 'nestjs'],
  ['fastify', 'fastify'],
  ['express', 'express'],
  ['koa', 'koa'],
  ['@hapi/hapi', 'hapi'],
  ['hono', 'hono'],
  ['@apollo/server', 'apollo'],
  ['graphql-yoga', 'graphql-yoga'],
  ['graphql-http', 'graphql-http'],
  ['apollo-server', 'apollo'],
] as const;

const DRIVERS = {
  postgres: [
    'pg',
    'postgres',
    'pg-promise',
    'pg-native',
    '@vercel/postgres',
    'slonik',
    '@mikro-orm/postgresql',
  ],
  other: ['mysql', 'mysql2', 'mongodb', 'mongoose', 'better-sqlite3', 'sqlite3', 'mssql', 'oracledb'],
};

const RUNNERS = [
  ['vitest', ['vitest', 'run']],
  ['jest', ['jest']],
  ['mocha', ['mocha']],
  ['ava', ['ava']],
  ['tap', ['tap']],
] as const;

const NODE_TEST_FILE = /(?:^|\/)(?:test\/.+|[^/]+[.-_]test)\.[cm]?js$/;
const NPM_QUIET = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];

/** What package.json and the lockfile tell; null when there is no package.json. */
export function surveyNode(repository: RepositoryFiles): StackFacts | null {
  const text = repository.read('package.json');
  if (text === null) return null;
  const notes: string[] = [];
  const manifest = parseManifest(text, notes);
  const lockfile = firstOf(
    repository,
    LOCKFILES.map(([file]) => file),
  );
  const manager = packageManagerOf(manifest, lockfile);
  const dependencies = new Set(
    [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)].map((name) =>
      name.toLowerCase(),
    ),
  );
  return {
    stack: 'node',
    name: manifest.name ?? null,
    framework: frameworkOf(FRAMEWORKS, dependencies),
    packageManager: manager,
    install: installOf(manager, lockfile, dependencies.size > 0, notes),
    build: 'build' in manifest.scripts ? [manager, 'run', 'build'] : null,
    test: testOf(repository, manifest, manager, dependencies, notes),
    lint: lintOf(repository, manifest, manager, dependencies),
    database: databaseOf(DRIVERS, dependencies),
    manifests: ['package.json', ...(lockfile === null ? [] : [lockfile])],
    engines: [{ name: 'node', requires: manifest.engines?.node ?? null }],
    notes,
    dependencies,
  };
}

function parseManifest(text: string, notes: string[]): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    notes.push('package.json is not valid JSON');
  }
  const parsed = Manifest.safeParse(content ?? {});
  return parsed.success ? parsed.data : Manifest.parse({});
}

function packageManagerOf(manifest: Manifest, lockfile: string | null): PackageManager {
  const declared = /^(npm|pnpm|yarn|bun)@/.exec(manifest.packageManager ?? '')?.[1];
  const fromLockfile = LOCKFILES.find(([file]) => file === lockfile)?.[1];
  const known = LOCKFILES.find(([, manager]) => manager === declared)?.[1];
  return known ?? fromLockfile ?? 'npm';
}

function installOf(
  manager: PackageManager,
  lockfile: string | null,
  hasDependencies: boolean,
  notes: string[],
): string[] | null {
  if (manager !== 'npm') {
    notes.push(`dependencies are managed by ${manager}, which cannot be installed here yet`);
    return manager === 'yarn'
      ? ['yarn', 'install', '--immutable']
      : [manager, 'install', '--frozen-lockfile'];
  }
  if (lockfile !== null) return ['npm', 'ci', ...NPM_QUIET];
  if (!hasDependencies) return null;
  notes.push('there is no lockfile, so the versions installed first are kept');
  return ['npm', 'install', '--no-package-lock', ...NPM_QUIET];
}

function testOf(
  repository: RepositoryFiles,
  manifest: Manifest,
  manager: PackageManager,
  dependencies: ReadonlySet<string>,
  notes: string[],
): string[] | null {
  const script = manifest.scripts['test'];
  // What `npm init` writes; it only ever fails.
  if (script !== undefined && !script.includes('no test specified')) {
    return manager === 'bun' ? ['bun', 'run', 'test'] : [manager, 'test'];
  }
  const runner = RUNNERS.find(([name]) => dependencies.has(name));
  if (runner !== undefined) return ['npx', '--no-install', ...runner[1]];
  if (hasAny(repository, NODE_TEST_FILE)) return ['node', '--test'];
  notes.push('no test command was found');
  return null;
}

function lintOf(
  repository: RepositoryFiles,
  manifest: Manifest,
  manager: PackageManager,
  dependencies: ReadonlySet<string>,
): string[] | null {
  if ('lint' in manifest.scripts) return [manager, 'run', 'lint'];
  const configured = hasAny(repository, /^(?:eslint\.config\.[cm]?[jt]s|\.eslintrc(?:\.[a-z]+)?)$/);
  return configured && dependencies.has('eslint') ? ['npx', '--no-install', 'eslint', '.'] : null;
}

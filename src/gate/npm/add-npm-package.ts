import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BootstrapRefused } from '../bootstrap-refused';
import { replaceFile } from '../checkout-file';
import { runNpm } from './npm-command';
import { DEPENDENCY_FIELDS, Lockfile, type NpmFiles, readNpmFiles } from './npm-manifest';

// npm's own rules for new packages: lower case, no leading dot or underscore, perhaps a scope.
const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const VERSION =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** A package of the registry by exact version, as one may ask for it. @throws BootstrapRefused for anything else */
export function checkNpmPackage(name: string, version: string): void {
  if (name.length > 214 || !NAME.test(name) || name === 'node_modules' || name.startsWith('-')) {
    throw new BootstrapRefused(
      `${JSON.stringify(name.slice(0, 214))} is no name of a package in the registry; give a name such as jose or @fastify/jwt.`,
      'broken',
    );
  }
  if (version.length > 100 || !VERSION.test(version)) {
    throw new BootstrapRefused(
      `${JSON.stringify(version.slice(0, 100))} is no exact version; give one such as 5.2.0, not a range, tag or address.`,
      'broken',
    );
  }
}

/**
 * Adds a package to package.json and the lockfile of a checkout. npm works on a copy without scripts; of its answer
 * only the dependencies and the lockfile come back. Where the registry is stays out of the lockfile.
 * @returns the changed files
 */
export async function addNpmPackage(request: {
  readonly checkout: string;
  readonly name: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}): Promise<readonly string[]> {
  const { checkout, name, version, environment, signal } = request;
  checkNpmPackage(name, version);
  const files = await readNpmFiles(checkout);
  if (files === null) {
    throw new BootstrapRefused('There is no package.json to add a dependency to.', 'unsupported');
  }
  const lockName = files.lockfile?.name ?? 'package-lock.json';
  const work = await mkdtemp(join(tmpdir(), 'add-dependency-'));
  try {
    await writeFile(join(work, 'package.json'), JSON.stringify(withoutScripts(files.packageJson)));
    if (files.lockfile !== null) await writeFile(join(work, lockName), files.lockfile.text);
    const flags = ['--package-lock-only', '--save-exact', '--omit-lockfile-registry-resolved'];
    await runNpm(['install', ...flags, `${name}@${version}`], { folder: work, environment, signal });
    const packageJson = mergeManifest(files.packageJson, await readFile(join(work, 'package.json'), 'utf8'));
    const lockfile = mergeLockfile(files.lockfile, await readFile(join(work, lockName), 'utf8'));
    await replaceFile(join(checkout, 'package.json'), packageJson);
    await replaceFile(join(checkout, lockName), lockfile);
    return ['package.json', lockName];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const AnyObject = z.record(z.string(), z.unknown());

/** package.json without what npm could run of it. */
export function withoutScripts(packageJson: string): Record<string, unknown> {
  const content = AnyObject.parse(JSON.parse(packageJson.replace(/^\uFEFF/, '')));
  delete content['scripts'];
  return content;
}

/** The old text with the new dependencies, in its own indentation. */
function mergeManifest(before: string, after: string): string {
  const content = AnyObject.parse(JSON.parse(before.replace(/^\uFEFF/, '')));
  const changed = AnyObject.parse(JSON.parse(after));
  for (const field of DEPENDENCY_FIELDS) {
    if (field in changed) content[field] = changed[field];
  }
  return JSON.stringify(content, null, indentOf(before)) + (before.endsWith('\n') ? '\n' : '');
}

/** The new lockfile, with the addresses that unchanged packages had before: leaving them out would rewrite it all. */
export function mergeLockfile(before: NpmFiles['lockfile'], after: string): string {
  const content = Lockfile.parse(JSON.parse(after));
  // Changed as plain JSON, because a parse puts the keys in another order.
  const raw = AnyObject.parse(JSON.parse(after));
  const packages = z.record(z.string(), AnyObject).parse(raw['packages']);
  for (const [path, locked] of Object.entries(content.packages)) {
    const old = before?.content.packages[path];
    if (old?.resolved === undefined || old.version !== locked.version) continue;
    const { version, resolved, ...rest } = packages[path] ?? {};
    packages[path] = { version, resolved: resolved ?? old.resolved, ...rest };
  }
  return `${JSON.stringify({ ...raw, packages }, null, indentOf(before?.text ?? after))}\n`;
}

/** The indentation of a JSON text. */
export function indentOf(text: string): string {
  return /^[{[]\r?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
}

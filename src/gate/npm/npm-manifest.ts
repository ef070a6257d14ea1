import { z } from 'zod';
import { BootstrapRefused } from '../bootstrap-refused';
import { readCheckoutFile } from '../checkout-file';

const Specs = z.record(z.string(), z.string());
type Overrides = string | { [name: string]: Overrides };
const Overrides: z.ZodType<Overrides> = z.lazy(() => z.union([z.string(), z.record(z.string(), Overrides)]));

/** The parts of package.json that decide what is installed. */
const InstallManifest = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  dependencies: Specs.optional(),
  devDependencies: Specs.optional(),
  optionalDependencies: Specs.optional(),
  peerDependencies: Specs.optional(),
  peerDependenciesMeta: z.record(z.string(), z.unknown()).optional(),
  overrides: z.record(z.string(), Overrides).optional(),
});
type InstallManifest = z.infer<typeof InstallManifest>;

export const DEPENDENCY_FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

const LockedPackage = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
});
export const Lockfile = z.looseObject({
  lockfileVersion: z.int().min(2),
  packages: z.record(z.string(), LockedPackage),
});
export type Lockfile = z.infer<typeof Lockfile>;

export interface NpmFiles {
  /** package.json as it is. */
  readonly packageJson: string;
  /** What npm may see of it: dependencies, no script. */
  readonly manifest: InstallManifest;
  readonly lockfile: { readonly name: string; readonly text: string; readonly content: Lockfile } | null;
}

/**
 * Reads package.json and the lockfile of a checkout. Only packages of the registry are let through: git, URL, file
 * and workspace dependencies would make npm run or read what is not in a lockfile.
 * @throws BootstrapRefused when they cannot be used
 */
export async function readNpmFiles(checkout: string): Promise<NpmFiles | null> {
  const packageJson = await readCheckoutFile(checkout, 'package.json');
  if (packageJson === null) return null;
  const content = parse('package.json', packageJson);
  const manifest = InstallManifest.safeParse(content);
  if (!manifest.success) throw broken(`package.json is not valid: ${firstIssue(manifest.error)}`);
  if (typeof content === 'object' && content !== null && 'workspaces' in content) {
    throw new BootstrapRefused('npm workspaces cannot be installed here yet.', 'unsupported');
  }
  refuseForeignSpecs(manifest.data);
  return { packageJson, manifest: manifest.data, lockfile: await readLockfile(checkout) };
}

async function readLockfile(checkout: string): Promise<NpmFiles['lockfile']> {
  for (const name of ['npm-shrinkwrap.json', 'package-lock.json']) {
    const text = await readCheckoutFile(checkout, name);
    if (text === null) continue;
    const lockfile = Lockfile.safeParse(parse(name, text));
    if (!lockfile.success) throw broken(`${name} is not valid: ${firstIssue(lockfile.error)}`);
    for (const [path, locked] of Object.entries(lockfile.data.packages)) {
      const isForeign = locked.resolved !== undefined && !/^https?:\/\//.test(locked.resolved);
      if (locked.link === true || isForeign) {
        throw broken(`${name} has ${path} from outside the registry; use a published package.`);
      }
    }
    return { name, text, content: lockfile.data };
  }
  return null;
}

// Ranges, tags and aliases of the registry; no colon but in `npm:`, no slash but in a scope.
const REGISTRY_SPEC = /^(?:npm:(?:@[\w.~-]+\/)?[\w.~-]+(?:@[\w.*^~<>=|+ -]*)?|[\w.*^~<>=|+ -]*)$/;

function refuseForeignSpecs(manifest: InstallManifest): void {
  const specs = [...DEPENDENCY_FIELDS, 'peerDependencies' as const].flatMap((field) =>
    Object.entries(manifest[field] ?? {}),
  );
  const overrides = Object.entries(manifest.overrides ?? {}).flatMap(flattened);
  const foreign = [...specs, ...overrides.filter(([, spec]) => !spec.startsWith('$'))].find(
    ([, spec]) => !REGISTRY_SPEC.test(spec),
  );
  if (foreign !== undefined) {
    throw broken(`package.json takes ${foreign[0]} from outside the registry; name a version of it.`);
  }
}

function flattened([name, value]: [string, Overrides]): [string, string][] {
  return typeof value === 'string' ? [[name, value]] : Object.entries(value).flatMap(flattened);
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw broken(`${name} is not JSON; correct it.`, error);
  }
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'its shape is wrong' : `${issue.path.map(String).join('.')}: ${issue.message}`;
}

function broken(message: string, cause?: unknown): BootstrapRefused {
  return new BootstrapRefused(message, 'broken', { cause });
}

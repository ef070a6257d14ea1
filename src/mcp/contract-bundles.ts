import { BundlePath, ContractBundle, type ContractFile } from '../domain/contract/contract-bundle';
import { ConfigurationError, TemporalUnreachableError } from '../domain/common/user-error';
import type { Desk } from '../ports/desk';

/** What a resource holds. */
export interface Content {
  readonly mimeType: string;
  readonly text: string;
}

interface SharedContract {
  readonly name: string;
  readonly bundle: string | null;
}

/** Largest file of a bundle that is read here: whoever asks keeps all of it in mind. */
const MOST_BYTES = 1024 * 1024;

/** The API contracts of an objective; none where nobody can tell. */
async function contractsOf(desk: Desk, id: string): Promise<readonly SharedContract[]> {
  if (await desk.hasReport(id)) return (await desk.report(id)).json.contracts ?? [];
  const standing = await desk.status(id);
  return standing.kind === 'live' ? (standing.status.contracts ?? []) : [];
}

/** The same; one report or workflow that cannot be read takes nothing else from a list, and nobody who types wants its error. */
export async function contractsAsFarAsKnown(desk: Desk, id: string): Promise<readonly SharedContract[]> {
  return asFarAsKnown(() => contractsOf(desk, id));
}

/** Files of a contract's newest bundle; none of one that was not shared, or is not on this machine. */
export async function filesAsFarAsKnown(
  desk: Desk,
  { bundle }: SharedContract,
): Promise<readonly ContractFile[]> {
  return asFarAsKnown(async () => (bundle === null ? [] : bundleFrom(await desk.blob(bundle)).files));
}

async function asFarAsKnown<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TemporalUnreachableError) throw error;
    return [];
  }
}

/** @throws ConfigurationError for a contract the objective does not have, and one that was not shared */
export async function readManifest(desk: Desk, id: string, name: string): Promise<string> {
  const found = (await contractsOf(desk, id)).find((contract) => contract.name === name);
  if (found === undefined) throw new ConfigurationError(`${id} has no contract ${name}.`);
  if (found.bundle === null) throw new ConfigurationError(`The contract ${name} has no bundle yet.`);
  return desk.blob(found.bundle);
}

/** @throws ConfigurationError for a file the manifest does not name, and one that is too large to be read here */
export async function readBundleFile(
  desk: Desk,
  id: string,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<Content> {
  const { files } = bundleFrom(await readManifest(desk, id, name));
  const file = files.find((row) => row.path === path);
  if (file === undefined)
    throw new ConfigurationError(
      `The bundle of ${name} has no such file; its manifest, the resource contracts/${name}, names what there is.`,
    );
  if (file.bytes > MOST_BYTES)
    throw new ConfigurationError(
      `${path} has ${String(file.bytes)} bytes, and at most ${String(MOST_BYTES)} are read here; \`contract ${id} ${name} --out <dir>\` writes it to a folder.`,
    );
  return { mimeType: file.mediaType, text: await desk.blob(file.blob) };
}

function bundleFrom(manifest: string): ContractBundle {
  return ContractBundle.parse(JSON.parse(manifest));
}

/** The path of a file as it stands in an address, slashes as they are. */
export function writePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** One step of a path in an address: what RFC 3986 lets stand there, and nothing that starts a query or a fragment. */
const STEP = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+$/;

/** What such steps say; null: no path that stays inside of a bundle. */
export function readPath(steps: readonly string[]): string | null {
  if (!steps.every((step) => STEP.test(step))) return null;
  try {
    return BundlePath.safeParse(steps.map(decodeURIComponent).join('/')).data ?? null;
  } catch {
    return null;
  }
}

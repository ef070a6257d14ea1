import { lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { ContractBundle } from '../../domain/contract/contract-bundle';
import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import { ConfigurationError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import { plain } from '../live/text';
import { makeOutputFolder, writingInto } from '../output-folder';

/** Writes every file of a bundle below a folder, which is made where it is not there. */
export async function writeBundle(
  { terminal, services, cwd }: CommandContext,
  request: { readonly objectiveId: string; readonly bundle: ContractBundle; readonly out: string },
): Promise<ExitCode> {
  const { bundle, objectiveId } = request;
  const folder = resolve(cwd, request.out);
  const store = await services.blobs();
  await makeOutputFolder(folder, '--out');
  const root = await realpath(folder);
  for (const { path, blob } of bundle.files) {
    const target = join(root, path);
    const content = await store.get(blob);
    await writingInto(folder, '--out', async () => {
      await mkdir(dirname(target), { recursive: true });
      await refuseDetours(root, target);
      await writeFile(target, content);
    });
    terminal.say(plain(path));
  }
  terminal.say(`Revision ${String(bundle.revision)} of ${plain(bundle.name)} is in ${folder}.`);
  const files = bundle.files.map(({ path }) => path);
  terminal.emit({ objective: objectiveId, contract: bundle.name, hash: bundle.hash, folder, files });
  return exitCodeOf('delivered');
}

/** A link that lies in the folder already would lead out of it. */
async function refuseDetours(root: string, target: string): Promise<void> {
  const parent = await realpath(dirname(target));
  const there = await lstat(target).catch(() => null);
  const isInside = parent === root || parent.startsWith(`${root}${sep}`);
  if (isInside && there?.isSymbolicLink() !== true) return;
  throw new ConfigurationError(`${target} is reached through a link; choose an empty folder for --out.`);
}

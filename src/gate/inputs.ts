import { createHash } from 'node:crypto';
import { inService } from '../domain/target/service-folder';
import type { Survey } from '../domain/target/survey';
import type { CheckTarget } from '../ports/gate';
import type { GateChecker } from './checker';
import { CouldNotRun } from './could-not-run';
import { readObjects } from './facts/git';

/** Mode, kind and id of everything in a tree by path: links and submodules too, since commands of the target see them. */
export type TreeEntries = ReadonlyMap<string, string>;

/**
 * Lists a tree as git has it, without a checkout. Paths are those of the service's folder; what lies outside it begins with
 * `../`, since commands of the target see that too.
 */
export async function listEntries(
  gitDir: string,
  tree: string,
  folder: string,
  signal: AbortSignal,
): Promise<TreeEntries> {
  const listed = await readObjects(gitDir, ['ls-tree', '-r', '-z', '--full-tree', tree], signal);
  const rows = listed.split('\0').filter((line) => line !== '');
  return new Map(
    rows.map((line): [string, string] => {
      const [, entry, path] = /^(\d+ [a-z]+ [0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
      if (entry === undefined || path === undefined) {
        throw new CouldNotRun('git listed a tree in a form that is not understood; is it too large?');
      }
      return [inService(folder, path), entry];
    }),
  );
}

/** What decides besides the files a checker reads. */
export interface Circumstances {
  readonly target: Pick<CheckTarget, 'commit' | 'base'>;
  /** As the service sees it. */
  readonly survey: Survey;
  readonly folder: string;
  /** Versions of the target's engines. */
  readonly engines: string;
  readonly sandbox: string;
  /** The gate itself with its tools, see `fingerprint`. */
  readonly own: string;
}

/** Digest of everything the answer of a checker stands on; the same digest, the same answer. */
export function digestInputs(
  checker: GateChecker,
  entries: TreeEntries,
  { target, survey, folder, engines, sandbox, own }: Circumstances,
): string {
  // What is said of the machine changes no answer, and waivers are applied to answers.
  const { notes: _notes, gate, ...facts } = survey;
  const settings = gate === undefined ? null : { ...gate, waivers: [] };
  const read = [...entries].filter(([path]) => checker.reads(path, survey));
  const against = checker.comparesWithBase === true ? [target.base, target.commit] : null;
  return createHash('sha256')
    .update(
      JSON.stringify([
        ...[checker.name, checker.version, read, folder, facts, settings],
        ...[engines, sandbox, own, against],
      ]),
    )
    .digest('hex');
}

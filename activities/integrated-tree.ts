import type { Dossier } from '../src/domain/work/dossier';
import { NO_SETTINGS } from '../src/domain/quality-gate/gate-settings';
import type { FileKinds } from '../src/domain/quality-gate/review-items';
import { linesOf, type ShownFile } from '../src/domain/quality-gate/review-source';
import { parseUnifiedDiff, type FileDiff } from '../src/domain/common/unified-diff';
import type { Ports } from './ports';

/** Of a longer diff the rest is not known; lines of its files count as unchanged. */
const MOST_DIFF_BYTES = 8 * 1024 * 1024;
const LONGEST_FILE = 1024 * 1024;

/** What an objective made of its base, for those who judge it. */
export interface IntegratedTree {
  readonly kinds: FileKinds;
  /** Every file of the tree. */
  readonly files: readonly string[];
  /** Changed against the base, deleted ones among them. */
  readonly changed: readonly string[];
  readonly diffs: ReadonlyMap<string, FileDiff>;
  /** A text file; null where there is none, or it is longer than 1 MiB. */
  file(path: string): Promise<ShownFile | null>;
}

/** Reads what a commit of an objective changes; file contents are read when asked for. */
export async function readIntegratedTree(
  repositories: Ports['repositories'],
  dossier: Dossier,
  commit: string,
): Promise<IntegratedTree> {
  const { objectiveId, baseCommit, survey } = dossier;
  const range = { objectiveId, from: baseCommit, to: commit };
  const [files, changed, diff] = await Promise.all([
    repositories.listFiles({ objectiveId, commit }),
    repositories.changedFiles(range),
    repositories.diff({ ...range, maxBytes: MOST_DIFF_BYTES }),
  ]);
  const diffs = new Map(parseUnifiedDiff(diff).map((row) => [row.path, row]));
  const present = new Set(files);
  return {
    kinds: { rules: survey.contextRules ?? [], documents: (survey.gate ?? NO_SETTINGS).docs },
    files,
    changed,
    diffs,
    file: async (path) => {
      if (!present.has(path)) return null;
      const text = await repositories.readFile({ objectiveId, commit, path });
      if (text === null || text.length > LONGEST_FILE || text.includes('\0')) return null;
      return { path, lines: linesOf(text), added: diffs.get(path)?.added ?? [] };
    },
  };
}

import type { Analysis } from '../src/domain/plan/analysis';
import type { Point } from '../src/domain/plan/comparison';
import { judgeItems } from '../src/domain/quality-gate/gate-verdict';
import { claimCovers } from '../src/domain/plan/path-claims';
import type { PlanTask } from '../src/domain/plan/plan';
import type { Receipt } from '../src/domain/quality-gate/receipt';
import type { ComparisonBrief } from '../src/ports/department';
import type { IntegratedTree } from './integrated-tree';

const MOST_CHANGES = 400;
const MOST_WRITERS = 6;

/** What the last comparison is shown: names and numbers of files, verdicts; no contents. */
export function compareBrief(request: {
  readonly analysis: Analysis;
  readonly points: readonly Point[];
  readonly tree: IntegratedTree;
  readonly tasks: readonly PlanTask[];
  readonly receipts: readonly Receipt[];
}): ComparisonBrief {
  const { analysis, points, tree, tasks, receipts } = request;
  const present = new Set(tree.files);
  // A repair may write what others own: whoever may have written a file is named, owners first.
  const tasksOf = (path: string): string[] => {
    const owners = tasks.filter(({ owns }) => owns.some((claim) => claimCovers(claim, path)));
    const sharers = tasks.filter(({ shares }) => shares.some((claim) => claimCovers(claim, path)));
    return [...new Set([...owners, ...sharers].map(({ id }) => id))].slice(0, MOST_WRITERS);
  };
  return {
    analysis,
    points,
    files: tree.files,
    changes: tree.changed.slice(0, MOST_CHANGES).map((path) => {
      const diff = tree.diffs.get(path);
      const added = (diff?.added ?? []).reduce((sum, { from, to }) => sum + to - from + 1, 0);
      const removed = [...(diff?.removed.values() ?? [])].reduce((sum, lines) => sum + lines.length, 0);
      const lines = present.has(path) ? `+${String(added)} -${String(removed)}` : 'deleted';
      return { path, tasks: tasksOf(path), lines };
    }),
    verdicts: judgeItems(receipts).map(
      ({ item, verdict, note }) =>
        `${item.slug}: ${verdict}${verdict === 'pass' || note === '' ? '' : ` (${note.slice(0, 120)})`}`,
    ),
  };
}

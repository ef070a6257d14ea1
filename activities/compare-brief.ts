import type { Analysis } from '../src/domain/analysis';
import type { Point } from '../src/domain/comparison';
import { judgeItems } from '../src/domain/gate-verdict';
import { claimCovers } from '../src/domain/path-claims';
import type { PlanTask } from '../src/domain/plan';
import type { Receipt } from '../src/domain/receipt';
import type { ComparisonBrief } from '../src/ports/department';
import type { IntegratedTree } from './integrated-tree';

const MOST_CHANGES = 400;

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
  const taskOf = (path: string): string | null => {
    const owner = tasks.find(({ owns }) => owns.some((claim) => claimCovers(claim, path)));
    return (
      (owner ?? tasks.findLast(({ shares }) => shares.some((claim) => claimCovers(claim, path))))?.id ?? null
    );
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
      return { path, task: taskOf(path), lines };
    }),
    verdicts: judgeItems(receipts).map(
      ({ item, verdict, note }) =>
        `${item.slug}: ${verdict}${verdict === 'pass' || note === '' ? '' : ` (${note.slice(0, 120)})`}`,
    ),
  };
}

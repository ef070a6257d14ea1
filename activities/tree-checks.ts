import type { BlobRef } from '../src/domain/common/blob';
import type { Dossier } from '../src/domain/work/dossier';
import type { GateSlug } from '../src/domain/quality-gate/gate-items';
import { summarise } from '../src/domain/quality-gate/gate-summary';
import { owedItems } from '../src/domain/quality-gate/owed-items';
import type { TaskId } from '../src/domain/plan/plan';
import { PRECONDITIONS, type GateReport, type GateSummary } from '../src/domain/quality-gate/receipt';
import type { BaseTree } from '../src/ports/gate';
import type { Ports } from './ports';
import type { Records } from './records';
import { refuseUnconfined } from './sandbox-fence';

/** What gates and merges do with an exact commit. */
export interface TreeChecks {
  /** Checks it in a throw-away checkout. `only`: items looked at; null: all of the scope. */
  readonly check: (request: {
    readonly dossier: Dossier;
    readonly commit: string;
    readonly scope: 'task' | 'objective';
    readonly only: readonly GateSlug[] | null;
    readonly isBase: boolean;
    /** What red is told against; the objective's base where left out. */
    readonly against?: string;
    readonly signal: AbortSignal;
  }) => Promise<GateReport>;
  /** What the task is held to; null where the request is from before plans said so. */
  readonly owedBy: (plan: BlobRef | undefined, taskId: TaskId | undefined) => Promise<GateSlug[] | null>;
  /** The report stored, and what of it enters history. */
  readonly summaryOf: (report: GateReport, waived: readonly string[]) => Promise<GateSummary>;
}

export function createTreeChecks(
  ports: Pick<Ports, 'gates' | 'worktrees' | 'sandbox'>,
  records: Records,
): TreeChecks {
  const { gates, worktrees, sandbox } = ports;

  const baseOf = (objectiveId: string, commit: string): BaseTree => ({
    commit,
    open: () => worktrees.checkOut({ objectiveId, commit }),
  });

  const check: TreeChecks['check'] = async (request) => {
    const { dossier, commit, scope, only, signal } = request;
    const against = request.against ?? dossier.baseCommit;
    refuseUnconfined(sandbox, dossier);
    const checkout = await worktrees.checkOut({ objectiveId: dossier.objectiveId, commit });
    try {
      const { path, gitDir, tree } = checkout;
      const report = await gates.run({
        target: { path, gitDir, commit, tree, base: against },
        survey: dossier.survey,
        scope,
        ...(request.isBase ? {} : { base: baseOf(dossier.objectiveId, against) }),
        ...(only === null ? {} : { only }),
        signal,
      });
      return only === null ? report : onlyOf(report, only);
    } finally {
      await checkout.dispose();
    }
  };

  const owedBy: TreeChecks['owedBy'] = async (plan, taskId) =>
    plan === undefined || taskId === undefined ? null : owedItems(await records.task(plan, taskId));

  const summaryOf: TreeChecks['summaryOf'] = async (report, waived) =>
    summarise({ report, ref: await records.save(report), waived });

  return { check, owedBy, summaryOf };
}

/** A checker that speaks of several items says more than was asked; of what others owe, a task is not red. */
function onlyOf(report: GateReport, only: readonly GateSlug[]): GateReport {
  const wanted: readonly string[] = [...PRECONDITIONS, ...only];
  return { ...report, receipts: report.receipts.filter(({ subject }) => wanted.includes(subject)) };
}

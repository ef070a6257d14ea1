import { gateFacts } from '../domain/quality-gate/gate-facts';
import { judgeItems } from '../domain/quality-gate/gate-verdict';
import { measure } from '../domain/usage/metrics';
import { PRECONDITIONS, type Checker, type Receipt } from '../domain/quality-gate/receipt';
import type { ReportGate, ReportMetric } from '../domain/objective/report';
import type { TaskStatus } from '../domain/objective/status';
import { taskFacts } from '../domain/objective/task-facts';

/** What every item and precondition came to, with all that was found out. */
export function buildFindings(receipts: readonly Receipt[]): Pick<ReportGate, 'preconditions' | 'items'> {
  return {
    preconditions: PRECONDITIONS.flatMap((subject) => {
      const receipt = receipts.find((row) => row.subject === subject);
      return receipt === undefined
        ? []
        : [
            {
              subject,
              verdict: receipt.verdict,
              note: receipt.note,
              checker: nameChecker(receipt.checker),
              isNew: receipt.verdict === 'fail' && receipt.isNew !== false,
              receipts: [receipt],
            },
          ];
    }),
    items: judgeItems(receipts).map((judged) => ({
      item: judged.item.item,
      slug: judged.item.slug,
      section: judged.item.section,
      demand: judged.item.demand,
      verdict: judged.verdict,
      note: judged.note,
      checker: judged.deciding === null ? null : nameChecker(judged.deciding.checker),
      isNew: judged.isNew,
      receipts: [...judged.receipts],
    })),
  };
}

function nameChecker(checker: Checker): string | null {
  switch (checker.kind) {
    case 'tool':
      return checker.version === null ? checker.name : `${checker.name} ${checker.version}`;
    case 'rule':
      return checker.name;
    case 'reviewer':
      return `${checker.name} (${checker.offline ? 'offline model' : checker.model})`;
    case 'none':
      return null;
  }
}

/** The metrics that these tasks and receipts have data for, the others with no value. */
export function buildMetrics(tasks: readonly TaskStatus[], receipts: readonly Receipt[]): ReportMetric[] {
  return measure({
    tasks: tasks.map(taskFacts),
    gate: receipts.length === 0 ? null : gateFacts(receipts),
  }).map((metric) =>
    metric.kind === 'measured'
      ? { name: metric.name, unit: metric.unit, value: metric.value, details: { ...metric.details } }
      : { name: metric.name, unit: metric.unit, value: null },
  );
}

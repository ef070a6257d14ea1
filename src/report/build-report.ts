import { gateFacts } from '../domain/gate-facts';
import { judgeItems } from '../domain/gate-verdict';
import { measure } from '../domain/metrics';
import { modelLabel } from '../domain/model-label';
import { GateReport, PRECONDITIONS, type Checker, type GateSummary, type Receipt } from '../domain/receipt';
import { Report, type ReportGate, type ReportMetric } from '../domain/report';
import type { ObjectiveStatus, TaskStatus } from '../domain/status';
import { taskFacts } from '../domain/task-facts';
import type { BlobStore } from '../ports/blob-store';
import { gatherDatabaseChange } from './gather-coordination';
import { collectKnownLimitations } from './known-limitations';

/** Everything the report tells, gathered from a snapshot and the blobs it points to. */
export async function buildReport(status: ObjectiveStatus, blobs: Pick<BlobStore, 'get'>): Promise<Report> {
  const { delivery } = status;
  const receipts = await readReceipts(status.gate, blobs);
  return Report.parse({
    version: 1,
    objectiveId: status.objectiveId,
    objective: status.objective,
    state: status.state,
    outcome: status.outcome,
    reason: status.reason,
    repository: status.repository,
    baseCommit: status.baseCommit,
    delivery: delivery === null ? null : { branch: delivery.branch, commit: delivery.commit },
    model: status.model,
    modelLabel: modelLabel(status.model),
    sandbox: status.sandbox,
    stack: status.stack,
    startedAt: status.startedAt,
    writtenAt: status.now,
    tasks: status.tasks.map(({ doing: _doing, waitingFor: _waitingFor, ...task }) => task),
    gate: status.gate === null ? null : buildGate(status.gate, receipts),
    contracts: status.contracts ?? [],
    databaseChanges: await Promise.all(
      (status.databaseChanges ?? []).map((change) => gatherDatabaseChange(change, blobs)),
    ),
    openEscalations: status.escalations,
    decisions: status.decisions,
    metrics: buildMetrics(status.tasks, receipts),
    knownLimitations: [...(await collectKnownLimitations(status, blobs))],
    usage: status.usage,
    budgetUsd: status.budgetUsd,
    ledger: status.ledger ?? [],
    ignored: status.ignored,
    events: status.events,
  } satisfies Report);
}

async function readReceipts(
  summary: GateSummary | null,
  blobs: Pick<BlobStore, 'get'>,
): Promise<readonly Receipt[]> {
  if (summary === null) return [];
  const stored: unknown = JSON.parse((await blobs.get(summary.report)).toString('utf8'));
  return GateReport.parse(stored).receipts;
}

function buildGate(summary: GateSummary, receipts: readonly Receipt[]): ReportGate {
  return {
    green: summary.green,
    tree: summary.tree,
    receipts: summary.report,
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

function buildMetrics(tasks: readonly TaskStatus[], receipts: readonly Receipt[]): ReportMetric[] {
  return measure({
    tasks: tasks.map(taskFacts),
    gate: receipts.length === 0 ? null : gateFacts(receipts),
  }).map((metric) =>
    metric.kind === 'measured'
      ? { name: metric.name, unit: metric.unit, value: metric.value, details: { ...metric.details } }
      : { name: metric.name, unit: metric.unit, value: null },
  );
}

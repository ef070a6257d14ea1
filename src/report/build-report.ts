import { GATE_ITEMS } from '../domain/gate-items';
import { measure } from '../domain/metrics';
import { modelLabel } from '../domain/model-label';
import { GateReport, PRECONDITIONS, type Checker, type GateSummary, type Receipt } from '../domain/receipt';
import { Report, type ReportGate, type ReportMetric } from '../domain/report';
import type { ObjectiveStatus, TaskStatus } from '../domain/status';
import type { BlobStore } from '../ports/blob-store';
import { collectKnownLimitations } from './known-limitations';

/** Everything the report tells, gathered from a snapshot and the blobs it points to. */
export async function buildReport(status: ObjectiveStatus, blobs: Pick<BlobStore, 'get'>): Promise<Report> {
  const { delivery } = status;
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
    gate: status.gate === null ? null : await buildGate(status.gate, blobs),
    openEscalations: status.escalations,
    decisions: status.decisions,
    metrics: buildMetrics(status.tasks),
    knownLimitations: [...(await collectKnownLimitations(status, blobs))],
    usage: status.usage,
    budgetUsd: status.budgetUsd,
    ledger: status.ledger ?? [],
    ignored: status.ignored,
  } satisfies Report);
}

async function buildGate(summary: GateSummary, blobs: Pick<BlobStore, 'get'>): Promise<ReportGate> {
  const stored: unknown = JSON.parse((await blobs.get(summary.report)).toString('utf8'));
  const { receipts } = GateReport.parse(stored);
  return {
    green: summary.green,
    tree: summary.tree,
    receipts: summary.report,
    preconditions: PRECONDITIONS.flatMap((subject) => {
      const receipt = receipts.find((row) => row.subject === subject);
      return receipt === undefined ? [] : [{ subject, ...found(receipt) }];
    }),
    items: GATE_ITEMS.map((item) => ({
      ...item,
      ...found(receipts.find((row) => row.subject === item.slug)),
    })),
  };
}

function found(
  receipt: Receipt | undefined,
): Pick<ReportGate['items'][number], 'verdict' | 'note' | 'checker'> {
  if (receipt === undefined) return { verdict: 'needs-review', note: 'no receipt', checker: null };
  return { verdict: receipt.verdict, note: receipt.note, checker: nameChecker(receipt.checker) };
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

function buildMetrics(tasks: readonly TaskStatus[]): ReportMetric[] {
  const facts = tasks.map((task) => ({
    state: task.state,
    firstGatePassed: task.firstGatePassed,
    gatePassedAtMerge: task.state === 'merged' ? (task.gate?.green ?? null) : null,
    startedAt: task.startedAt,
    endedAt: task.endedAt,
    waived: task.state === 'waived',
  }));
  return measure(facts).map((metric) => ({
    name: metric.name,
    unit: metric.unit,
    value: metric.kind === 'measured' ? metric.value : null,
  }));
}

import type { AuditHead } from '../domain/escalation/audit';
import { modelLabel } from '../domain/usage/model-label';
import { GateReport, type GateSummary, type Receipt } from '../domain/quality-gate/receipt';
import { Report } from '../domain/objective/report';
import type { ObjectiveStatus } from '../domain/objective/status';
import type { BlobStore } from '../ports/blob-store';
import { buildFindings, buildMetrics } from './gate-part';
import { gatherDatabaseChange } from './gather-coordination';
import { collectKnownLimitations } from './known-limitations';

/** Everything the report tells, gathered from a snapshot and the blobs it points to. */
export async function buildReport(
  status: ObjectiveStatus,
  blobs: Pick<BlobStore, 'get'>,
  audit: AuditHead | null = null,
): Promise<Report> {
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
    gate:
      status.gate === null
        ? null
        : {
            green: status.gate.green,
            tree: status.gate.tree,
            receipts: status.gate.report,
            ...buildFindings(receipts),
          },
    contracts: status.contracts ?? [],
    databaseChanges: await Promise.all(
      (status.databaseChanges ?? []).map((change) => gatherDatabaseChange(change, blobs)),
    ),
    openEscalations: status.escalations,
    decisions: status.decisions,
    ...(audit === null ? {} : { audit }),
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

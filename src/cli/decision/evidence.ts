import type { CallForm } from '../../config/call-form';
import type { Escalation } from '../../domain/escalation/escalation';
import { redReceipts } from '../../domain/quality-gate/gate-summary';
import { GateReport, type GateSummary } from '../../domain/quality-gate/receipt';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { UserError } from '../../domain/common/user-error';
import { subjectOf } from '../../domain/objective/waits';
import type { DecisionEvidence, Failing, SubjectDiff } from '../../ports/decision-evidence';
import { integrated, ofTask, type CommitRange } from '../commit-range';
import type { Services } from '../services';

type Sources = Pick<Services, 'blobs' | 'repositories'>;

/** A question without what only the workflow's snapshot can tell. */
export function bareEvidence(objective: string, escalation: Escalation): DecisionEvidence {
  return {
    objective,
    escalation,
    attempts: [],
    consulted: [],
    failing: null,
    diff: null,
    precedents: [],
    notes: [],
  };
}

/**
 * Gathers what a question is decided on: attempts and who was consulted from the snapshot, receipts from the blob store,
 * the diff from the coordination repository. What this machine does not have becomes a note.
 */
export async function gatherEvidence(
  status: ObjectiveStatus,
  escalation: Escalation,
  sources: Sources,
  options: { readonly maxBytes: number; readonly call: CallForm },
): Promise<DecisionEvidence> {
  const notes: string[] = [];
  const subject = subjectOf({ kind: 'question', id: escalation.id });
  const task = status.tasks.find((row) => row.id === subject);
  const gate = task === undefined ? status.gate : task.gate;
  const consulted = (status.ledger ?? []).filter(
    (row) => row.subject === subject && row.role !== task?.specialist,
  );
  return {
    objective: status.objectiveId,
    escalation,
    attempts: task?.attempts ?? [],
    consulted: consulted.map(({ role, level }) => ({ role, level })),
    failing: gate === null ? null : await failingOf(gate, sources, notes),
    diff: await diffOf(status, task?.id ?? null, sources, { ...options, notes }),
    precedents: [],
    notes,
  };
}

async function failingOf(gate: GateSummary, sources: Sources, notes: string[]): Promise<Failing | null> {
  const red = [...gate.red, ...(gate.review ?? [])];
  if (red.length === 0) return null;
  try {
    const blobs = await sources.blobs();
    const report = GateReport.parse(JSON.parse((await blobs.get(gate.report)).toString('utf8')));
    const receipts = redReceipts(report.receipts).map((receipt) => ({
      subject: receipt.subject,
      checker: receipt.checker.kind === 'none' ? 'nobody' : receipt.checker.name,
      note: receipt.note,
      findings: receipt.findings ?? [],
      outputs: receipt.evidence.flatMap((row) => (row.kind === 'output' ? [row.output] : [])),
    }));
    return { report: gate.report, red, receipts };
  } catch {
    notes.push(`The receipts ${gate.report.slice(0, 12)} cannot be read on this machine.`);
    return { report: gate.report, red, receipts: [] };
  }
}

async function diffOf(
  status: ObjectiveStatus,
  taskId: string | null,
  sources: Sources,
  { maxBytes, call, notes }: { readonly maxBytes: number; readonly call: CallForm; readonly notes: string[] },
): Promise<SubjectDiff | null> {
  let range: CommitRange;
  try {
    range = taskId === null ? integrated(status) : ofTask(status, taskId, call);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    notes.push(error.message);
    return null;
  }
  try {
    const repositories = await sources.repositories();
    const { objectiveId } = status;
    const text = await repositories.diff({ objectiveId, ...range, maxBytes });
    return { ...range, text, cut: Buffer.byteLength(text) >= maxBytes };
  } catch {
    notes.push(
      `The commits ${range.from.slice(0, 12)}..${range.to.slice(0, 12)} cannot be read on this machine.`,
    );
    return null;
  }
}

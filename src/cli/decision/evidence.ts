import type { CallForm } from '../../config/call-form';
import type { Escalation } from '../../domain/escalation/escalation';
import { readFailing } from '../../domain/quality-gate/failing';
import type { BlobRef } from '../../domain/common/blob';
import type { GateSummary } from '../../domain/quality-gate/receipt';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { UserError } from '../../domain/common/user-error';
import { subjectOf } from '../../domain/objective/waits';
import { wholeOutput } from '../../process/whole-output';
import type { DecisionEvidence, ShownFailing, ShownOutput, SubjectDiff } from '../../ports/decision-evidence';
import { integrated, ofTask, type CommitRange } from '../commit-range';
import type { Services } from '../services';

/** Most of a diff that is read where it is not shown in full. */
export const SHORT_DIFF_BYTES = 64 * 1024;

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
 * the diff from the coordination repository; `full` adds the whole outputs the receipts name. What this machine does not
 * have becomes a note.
 */
export async function gatherEvidence(
  status: ObjectiveStatus,
  escalation: Escalation,
  sources: Sources,
  options: { readonly maxBytes: number; readonly call: CallForm; readonly full?: boolean },
): Promise<DecisionEvidence> {
  const subject = subjectOf({ kind: 'question', id: escalation.id });
  const task = status.tasks.find((row) => row.id === subject);
  const gate = task === undefined ? status.gate : task.gate;
  const consulted = (status.ledger ?? []).filter(
    (row) => row.subject === subject && row.role !== task?.specialist,
  );
  const { failing, note } = await failingOf(gate, sources, options.full ?? false);
  const notes: string[] = note === null ? [] : [note];
  return {
    objective: status.objectiveId,
    escalation,
    attempts: task?.attempts ?? [],
    consulted: consulted.map(({ role, level }) => ({ role, level })),
    failing,
    diff: await diffOf(status, task?.id ?? null, sources, { ...options, notes }),
    precedents: [],
    notes,
  };
}

async function failingOf(
  gate: GateSummary | null,
  sources: Sources,
  full: boolean,
): Promise<{ readonly failing: ShownFailing | null; readonly note: string | null }> {
  const read = async (ref: BlobRef): Promise<string> =>
    (await (await sources.blobs()).get(ref)).toString('utf8');
  const { failing, note } = await readFailing(gate, read);
  if (failing === null || !full) return { failing, note };
  const shown = failing.receipts.filter(({ subject }) =>
    failing.red.some((item) => item.subject === subject),
  );
  const wholeOutputs: ShownOutput[] = [];
  for (const ref of new Set(shown.flatMap(({ outputs }) => outputs)))
    wholeOutputs.push({ ref, output: await read(ref).then(wholeOutput, () => null) });
  return { failing: { ...failing, wholeOutputs }, note };
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

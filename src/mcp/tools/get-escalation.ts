import { z } from 'zod';
import { Escalation } from '../../domain/escalation/escalation';
import { Precedent } from '../../domain/escalation/precedents';
import { EscalationId } from '../../domain/objective/objective-id';
import { AttemptRecord } from '../../domain/objective/status';
import { placeOf } from '../../domain/quality-gate/gate-summary';
import type { Failing } from '../../domain/quality-gate/failing';
import type { Desk } from '../../ports/desk';
import { ObjectiveOrWatchArgument } from '../identity';
import { beginningOf, endOf, Shown } from '../shown';
import { tool } from '../tool';

const DEFAULT_BYTES = 64 * 1024;
const MOST_BYTES = 1024 * 1024;

const { number, level, specialist, outcome, because, summary } = AttemptRecord.shape;

const RedReceipt = z.object({
  subject: z.string(),
  checker: z.string(),
  note: z.string(),
  /** One a line, with its place. */
  findings: Shown.nullable(),
  /** The end of what the checker printed. */
  outputs: z.array(Shown),
});
type RedReceipt = z.infer<typeof RedReceipt>;

export const getEscalation = tool({
  name: 'get_escalation',
  title: 'Show what an open question is decided on',
  description:
    'Shows one open level-4 question with what was changed, the red receipts of the quality gate with their failing output, the attempts so far, who else was asked and what was decided on the like before.',
  hints: { readOnly: true, destructive: false, idempotent: true },
  input: z.strictObject({
    id: ObjectiveOrWatchArgument,
    escalationId: EscalationId.describe('id of the question, as list_escalations tells it'),
    maxBytes: z
      .int()
      .min(1024)
      .max(MOST_BYTES)
      .default(DEFAULT_BYTES)
      .describe('most bytes of the diff, and again of all output of the receipts together'),
  }),
  output: z.object({
    objective: z.string(),
    escalation: Escalation,
    attempts: z.array(z.object({ number, level, specialist, outcome, because, summary })),
    /** Who was asked about the task besides its specialist. */
    consulted: z.array(z.object({ role: z.string(), level })),
    failing: z
      .object({
        red: z.array(z.object({ subject: z.string(), excerpt: z.string() })),
        receipts: z.array(RedReceipt),
      })
      .nullable(),
    /** Unified; `more`: it was too large to be read to its end, so what is left out is more than `leftOutBytes`. */
    diff: Shown.extend({ from: z.string(), to: z.string(), more: z.boolean() }).nullable(),
    precedents: z.array(Precedent),
    /** What could not be shown, and why. */
    notes: z.array(z.string()),
  }),
  run: async ({ id, escalationId, maxBytes }, { desk }) => {
    const evidence = await desk.evidence({ id, escalationId });
    const { objective, escalation, diff, failing } = evidence;
    const notes = [...evidence.notes];
    return {
      objective,
      escalation,
      attempts: [...evidence.attempts],
      consulted: [...evidence.consulted],
      failing:
        failing === null
          ? null
          : { red: [...failing.red], receipts: await receiptsOf(desk, failing, maxBytes, notes) },
      diff:
        diff === null
          ? null
          : { from: diff.from, to: diff.to, more: diff.cut, ...beginningOf(diff.text, maxBytes) },
      precedents: [...evidence.precedents],
      notes,
    };
  },
  text: ({ escalation, diff, failing }) => {
    const red = (failing?.red ?? []).map(({ subject }) => subject).join(', ');
    const left = diff?.leftOutBytes ?? 0;
    return [
      `${escalation.id} is open`,
      ...(red === '' ? [] : [`red: ${red}`]),
      ...(left === 0 ? [] : [`${String(left)} bytes of the diff are left out`]),
    ]
      .join('; ')
      .concat('; resolve_escalation answers it.');
  },
});

/** Receipts with their texts, for which there is room in equal parts. */
async function receiptsOf(
  desk: Desk,
  { receipts }: Failing,
  maxBytes: number,
  notes: string[],
): Promise<RedReceipt[]> {
  const texts = receipts.map(({ findings, outputs }) => (findings.length > 0 ? 1 : 0) + outputs.length);
  const room = Math.floor(
    maxBytes /
      Math.max(
        1,
        texts.reduce((sum, count) => sum + count, 0),
      ),
  );
  const rows: RedReceipt[] = [];
  for (const { subject, checker, note, findings, outputs } of receipts) {
    const found = findings.map(placeOf).join('\n');
    const row: RedReceipt = {
      subject,
      checker,
      note,
      findings: found === '' ? null : beginningOf(found, room),
      outputs: [],
    };
    for (const ref of outputs) {
      try {
        row.outputs.push(endOf(await desk.blob(ref), room));
      } catch {
        // The question can be answered without it.
        notes.push(`The output ${ref.slice(0, 12)} of ${subject} cannot be read on this machine.`);
      }
    }
    rows.push(row);
  }
  return rows;
}

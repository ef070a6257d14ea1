import { byName, type CallForm } from '../../config/call-form';
import type { BlobRef } from '../../domain/common/blob';
import { mention } from '../../domain/department/specialists';
import { leftOutOf } from '../../process/whole-output';
import type { DecisionEvidence } from '../../ports/decision-evidence';
import { describeEscalation } from '../live/questions';
import { cut, plain, plainLines } from '../live/text';

const DIFF_LINES = 60;
const EXCERPT_LINES = 12;

interface ScreenView {
  readonly columns: number;
  /** Show diff, excerpts and outputs as long as they are. */
  readonly full: boolean;
  readonly call?: CallForm;
}

/** The decision screen: question and options, who was asked, what fails, what was changed. */
export function renderDecision(evidence: DecisionEvidence, view: ScreenView): string {
  const { call = byName } = view;
  return [
    describeEscalation(evidence.objective, evidence.escalation, call, evidence.precedents),
    ...askedLines(evidence, view),
    ...failingLines(evidence, view),
    ...diffLines(evidence, view, call),
    ...evidence.notes.map((note) => `  note: ${plain(note)}`),
  ].join('\n');
}

function askedLines({ attempts, consulted }: DecisionEvidence, { columns, full }: ScreenView): string[] {
  if (attempts.length === 0 && consulted.length === 0) return [];
  const limit = full ? Infinity : columns;
  const tried = attempts.map((row) => {
    const because = row.because === '' ? '' : ` · ${plain(row.because)}`;
    const summary = row.summary === '' ? '' : `: ${plain(row.summary)}`;
    const head = `  #${String(row.number)} L${String(row.level)} ${mention(row.specialist)} ${row.outcome}`;
    return cut(`${head}${because}${summary}`, limit);
  });
  const others = consulted.map((row) => `${mention(row.role)} at level ${String(row.level)}`);
  return [
    'Asked before',
    ...tried,
    ...(others.length === 0 ? [] : [cut(`  also ${[...new Set(others)].join(', ')}`, limit)]),
  ];
}

function failingLines({ failing }: DecisionEvidence, { columns, full }: ScreenView): string[] {
  if (failing === null) return [];
  const { wholeOutputs = [] } = failing;
  // An output that several receipts name is printed below the first.
  const unprinted = new Map(wholeOutputs.map((row) => [row.ref, row.output]));
  const wholeLines = (ref: BlobRef): string[] => {
    const output = unprinted.get(ref);
    if (output === undefined || !unprinted.delete(ref)) return [];
    const name = `output ${ref.slice(0, 12)}`;
    if (output === null) return [`    ${name} is not on this machine, or cannot be read.`];
    const left = leftOutOf(output);
    const lines = plainLines(output.text).trimEnd().split('\n');
    return [`    ${name}${left === null ? '' : `. ${left}`}`, ...lines.map((line) => `      ${line}`)];
  };
  const items = failing.red.flatMap((item) => {
    const lines = plainLines(item.excerpt).split('\n');
    const shown = full ? lines : lines.slice(0, EXCERPT_LINES);
    const more = lines.length - shown.length;
    return [
      `  ${item.subject}`,
      ...shown.map((line) => `    ${full ? line : cut(line, columns - 4)}`),
      ...(more === 0 ? [] : [`    … ${String(more)} more lines`]),
      ...failing.receipts
        .filter(({ subject }) => subject === item.subject)
        .flatMap((receipt) => {
          const outputs = receipt.outputs.map((ref) => `, output ${ref.slice(0, 12)}`).join('');
          const said = cut(`    says ${plain(receipt.checker)}${outputs}`, columns);
          return [said, ...receipt.outputs.flatMap(wholeLines)];
        }),
    ];
  });
  return [`Failing (receipts ${failing.report.slice(0, 12)})`, ...items];
}

function diffLines(
  { objective, escalation, diff }: DecisionEvidence,
  { columns, full }: ScreenView,
  call: CallForm,
): string[] {
  if (diff === null || diff.text === '') return [];
  const lines = plainLines(diff.text).trimEnd().split('\n');
  const files = lines.filter((line) => line.startsWith('diff --git ')).length;
  const shown = full ? lines : lines.slice(0, DIFF_LINES);
  const more = lines.length - shown.length;
  const whole = call(`escalations ${objective} ${escalation.id} --full`);
  return [
    `Changed, ${diff.from.slice(0, 12)}..${diff.to.slice(0, 12)}: ${String(files)} ${files === 1 ? 'file' : 'files'}`,
    ...shown.map((line) => `  ${full ? line : cut(line, columns - 2)}`),
    ...(more > 0 || diff.cut ? [`  … ${diff.cut ? 'more' : `${String(more)} more`} lines: ${whole}`] : []),
  ];
}

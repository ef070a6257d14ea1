import { byName, type CallForm } from '../../config/call-form';
import { prospects } from '../../domain/escalation/for-whom';
import type { Wait } from '../../domain/objective/waits';
import type { Colours } from '../terminal';
import { cut, formatDuration, pad, plain } from '../live/text';

/** One line of the inbox: something that waits, and of what. */
export interface InboxRow extends Wait {
  /** Of the objective, or `<objective id>/deployment`. */
  readonly objective: string;
  /** The objective's words, shortened. */
  readonly text: string;
  readonly repository: string;
}

interface InboxView {
  readonly columns: number;
  readonly paint: Colours;
  readonly now: Date;
  /** Some lines for each row, cut to the screen; else one whole line, for other programs. */
  readonly screen: boolean;
  readonly call?: CallForm;
}

/** The inbox, in the order of its rows. */
export function renderInbox(rows: readonly InboxRow[], view: InboxView): string {
  return (view.screen ? tableLines(rows, view) : rows.map((row) => plainRow(row, view.now))).join('\n');
}

function plainRow(row: InboxRow, now: Date): string {
  const { id, objective, recommended, question } = row;
  return [age(row, now), id, reasonOf(row), objective, recommended, plain(question)].join('  ');
}

function tableLines(rows: readonly InboxRow[], { columns, paint, now }: InboxView): string[] {
  const ids = Math.min(24, Math.max(2, ...rows.map((row) => row.id.length)));
  const reasons = Math.max(3, ...rows.map((row) => reasonOf(row).length));
  const options = Math.min(14, Math.max(10, ...rows.map((row) => row.recommended.length)));
  const columnsOf = (cells: readonly [string, string, string, string]): string =>
    [cells[0].padStart(6), pad(cells[1], ids), pad(cells[2], reasons), pad(cells[3], options)].join('  ');
  return [
    paint.dim(cut(columnsOf(['age', 'id', 'why', 'recommends']), columns).trimEnd()),
    ...rows.flatMap((row) => [
      cut(
        columnsOf([age(row, now), plain(row.id), reasonOf(row), plain(row.recommended)]),
        columns,
      ).trimEnd(),
      `        ${cut(plain(row.question), columns - 8)}`,
      // Never cut: it is what the next command needs.
      paint.dim(`        ${row.objective}`),
      ...prospects(row).map((line) => paint.dim(`        ${cut(plain(line), columns - 8)}`)),
    ]),
  ];
}

function age({ raisedAt }: InboxRow, now: Date): string {
  return formatDuration(now.getTime() - Date.parse(raisedAt));
}

function reasonOf({ kind, trigger }: InboxRow): string {
  return trigger ?? (kind === 'plan' ? 'plan-approval' : 'contract-review');
}

/** The command that shows a row in full. */
export function rowCommand(
  { kind, objective, id }: Pick<InboxRow, 'kind' | 'objective' | 'id'>,
  call: CallForm = byName,
): string {
  switch (kind) {
    case 'question':
      return call(`escalations ${objective} ${id}`);
    case 'plan':
      return call(`plan ${objective}`);
    case 'contract':
      return call(`contract ${objective} ${id.slice('contract:'.length)}`);
  }
}

import type { GateResult } from '../domain/quality-gate/gate-result';
import type { Verdict } from '../domain/quality-gate/receipt';
import { cut, pad, plain, plainLines } from './live/text';
import type { Colours } from './terminal';

type Row = GateResult['items'][number] | GateResult['preconditions'][number];

const LONGEST_NOTE = 110;
const MOST_EVIDENCE = 10;

/** A gate run for people: one line an item, then what is red with its evidence, then the counts. */
export function gateLines(result: GateResult, paint: Colours): string[] {
  const red = [...result.preconditions, ...result.items].filter((row) => row.new);
  const lines = [...result.preconditions, ...result.items].map((row) => rowLine(row, paint));
  return [...lines, ...red.flatMap((row) => ['', ...evidenceLines(row, paint)]), '', countLine(result)];
}

function rowLine(row: Row, paint: Colours): string {
  const number = 'item' in row ? String(row.item) : '';
  const { verdict, checker } = row;
  const note = cut(plain(noteOf(row)), LONGEST_NOTE);
  return [
    number.padStart(2),
    pad(nameOf(row), 20),
    colourOf(verdict, row.new, paint)(pad(verdict, 14)),
    row.new ? 'new' : '   ',
    pad(plain(checker.name ?? '-'), 26),
    note,
  ]
    .join('  ')
    .trimEnd();
}

function evidenceLines(row: Row, paint: Colours): string[] {
  const shown = row.evidence.filter(({ kind }) => kind !== 'note').slice(0, MOST_EVIDENCE);
  const hidden = row.evidence.length - shown.length - 1;
  return [
    paint.red(`${nameOf(row)}: ${plain(noteOf(row))}`),
    ...(row.checker.argv === null ? [] : [`  $ ${plain(row.checker.argv.join(' '))}`]),
    ...shown.flatMap(evidenceText).map((line) => `  ${line}`),
    ...(hidden > 0 ? [`  and ${String(hidden)} more, see --json`] : []),
  ];
}

function evidenceText(evidence: Row['evidence'][number]): string[] {
  switch (evidence.kind) {
    case 'note':
      return [plain(evidence.text)];
    case 'finding': {
      const { file, line, text } = evidence;
      const place = file === null ? '' : line === null ? `${file}: ` : `${file}:${String(line)}: `;
      return [plain(`${place}${text}`)];
    }
    case 'source':
      return [plain(`${evidence.file}:${String(evidence.line)}: ${evidence.quote}`)];
    case 'output':
      return plainLines(evidence.excerpt).split('\n').slice(-30);
    case 'exchange':
      return plainLines(`> ${evidence.request}\n< ${evidence.response}`).split('\n').slice(0, 30);
    case 'measurement':
      return plainLines(evidence.text).split('\n').slice(0, 30);
  }
}

function countLine({ items, preconditions }: GateResult): string {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of items) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const red = [...preconditions, ...items].filter((row) => row.new).length;
  const parts = [...counts].map(([verdict, count]) => `${String(count)} ${verdict}`);
  return `${parts.join(', ')}; ${red === 0 ? 'green' : `${String(red)} red`}`;
}

function nameOf(row: Row): string {
  return 'slug' in row ? row.slug : row.subject;
}

function noteOf({ evidence }: Row): string {
  const [first] = evidence;
  return first?.kind === 'note' ? first.text : '';
}

function colourOf(verdict: Verdict, isNew: boolean, paint: Colours): (text: string) => string {
  if (isNew) return paint.red;
  switch (verdict) {
    case 'pass':
      return paint.green;
    case 'fail':
    case 'needs-review':
      return paint.yellow;
    case 'not-applicable':
    case 'waived':
      return paint.dim;
  }
}

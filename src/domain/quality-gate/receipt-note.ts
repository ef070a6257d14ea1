import { z } from 'zod';
import type { GateReport } from './receipt';
import { type Evidence, type GateFinding, Receipt } from './receipt';
import { Survey } from '../target/survey';

/** Where receipts are kept in a repository, on the commit they speak of. */
export const NOTES_REF = 'refs/notes/coordinator';
/** Most characters of a note; what is over it loses evidence first, then findings. */
const LONGEST_NOTE = 256 * 1024;

const SIZES = [
  { evidence: 6, characters: 800, findings: 20 },
  { evidence: 2, characters: 300, findings: 10 },
  { evidence: 0, characters: 120, findings: 3 },
  { evidence: 0, characters: 60, findings: 0 },
] as const;

/**
 * A gate run as it is kept beside the commit it checked: enough to read what ran without the product, and to run it
 * again with nothing but the repository.
 */
export const ReceiptNote = z.strictObject({
  version: z.literal(1),
  /** Version of the product that wrote it. */
  product: z.string(),
  tree: z.string(),
  commit: z.string(),
  /** Commit it was compared with; null: with none. */
  base: z.string().nullable(),
  scope: z.enum(['task', 'objective']),
  /** Commands, settings and waivers that counted. */
  survey: Survey,
  receipts: z.array(Receipt).max(2000),
});
export type ReceiptNote = z.infer<typeof ReceiptNote>;

/**
 * The note for a report, short enough to be kept; null where the report does not say how it was made.
 * @param redact takes secrets out of a text
 */
export function toReceiptNote(request: {
  readonly report: GateReport;
  readonly product: string;
  readonly redact: (text: string) => string;
}): ReceiptNote | null {
  const { report, product, redact } = request;
  if (report.survey === undefined || report.scope === undefined) return null;
  const frame = {
    version: 1 as const,
    product,
    tree: report.tree,
    commit: report.commit,
    base: report.compared === true ? report.base : null,
    scope: report.scope,
    survey: Survey.parse(redactDeep(report.survey, redact)),
  };
  const made = SIZES.map((size) => ({
    ...frame,
    receipts: report.receipts.map((receipt) => shorten(receipt, size, redact)),
  }));
  return made.find((note) => JSON.stringify(note).length <= LONGEST_NOTE) ?? null;
}

/** A note with what an earlier one of the same run of things says of subjects that were not looked at this time. */
export function mergeNotes(note: ReceiptNote, earlier: ReceiptNote | null): ReceiptNote {
  if (earlier === null || !isSameWay(note, earlier)) return note;
  const subjects = new Set(note.receipts.map(({ subject }) => subject));
  const merged = {
    ...note,
    receipts: [...note.receipts, ...earlier.receipts.filter(({ subject }) => !subjects.has(subject))],
  };
  return JSON.stringify(merged).length <= LONGEST_NOTE ? merged : note;
}

function isSameWay(a: ReceiptNote, b: ReceiptNote): boolean {
  return (
    a.tree === b.tree &&
    a.base === b.base &&
    a.product === b.product &&
    JSON.stringify(a.survey) === JSON.stringify(b.survey)
  );
}

type Size = (typeof SIZES)[number];

function shorten(receipt: Receipt, size: Size, redact: (text: string) => string): Receipt {
  const cut = (text: string): string => {
    const clean = redact(text);
    return clean.length <= size.characters ? clean : `${clean.slice(0, size.characters - 1)}…`;
  };
  return {
    ...receipt,
    note: cut(receipt.note),
    evidence: receipt.evidence.slice(0, size.evidence).map((evidence) => shortenEvidence(evidence, cut)),
    ...(receipt.findings === undefined
      ? {}
      : { findings: receipt.findings.slice(0, size.findings).map((found) => shortenFinding(found, cut)) }),
  };
}

function shortenEvidence(evidence: Evidence, cut: (text: string) => string): Evidence {
  switch (evidence.kind) {
    case 'output':
      return { ...evidence, excerpt: cut(evidence.excerpt) };
    case 'source':
      return { ...evidence, quote: cut(evidence.quote).slice(0, 500) };
    case 'exchange':
      return { ...evidence, request: cut(evidence.request), response: cut(evidence.response) };
    case 'measurement':
      return { ...evidence, text: cut(evidence.text) };
  }
}

function shortenFinding(finding: GateFinding, cut: (text: string) => string): GateFinding {
  return { ...finding, text: cut(finding.text).slice(0, 500) };
}

/** A configuration given at the command line may hold what is in no repository. */
function redactDeep(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((part: unknown) => redactDeep(part, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redactDeep(part, redact)]));
}

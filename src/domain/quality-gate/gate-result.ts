import { z } from 'zod';
import { GATE_SECTIONS, GateSlug } from './gate-items';
import { gateMetrics } from './gate-metrics';
import { judgeItems, type ItemVerdict } from './gate-verdict';
import { METRICS } from '../usage/metrics';
import {
  Evidence,
  type GateFinding,
  type GateReport,
  Precondition,
  PRECONDITIONS,
  type Receipt,
  Verdict,
} from './receipt';

/** Evidence of a receipt, and with it what was found and what was said of it. */
const ResultEvidence = z.union([
  z.strictObject({ kind: z.literal('note'), text: z.string() }),
  z.strictObject({
    kind: z.literal('finding'),
    key: z.string(),
    text: z.string(),
    file: z.string().nullable(),
    line: z.int().nullable(),
  }),
  Evidence,
]);
type ResultEvidence = z.infer<typeof ResultEvidence>;

/** Who decided, and how long it took; `none`: nobody looked. */
const ResultChecker = z.strictObject({
  kind: z.enum(['tool', 'rule', 'reviewer', 'none']),
  name: z.string().nullable(),
  version: z.string().nullable(),
  argv: z.array(z.string()).nullable(),
  exitCode: z.int().nullable(),
  durationMs: z.number().nullable(),
});

const Judged = {
  verdict: Verdict,
  /** A `fail` that is not on the base, or worse than there; without a base every one is. */
  new: z.boolean(),
  evidence: z.array(ResultEvidence),
  checker: ResultChecker,
};

/** What `gate` prints with `--json`: a gate run as it is read by other programs. */
export const GateResult = z.strictObject({
  /** Git tree hash of what was looked at. */
  tree: z.string(),
  /** Commit it was compared with; null: with none. */
  base: z.string().nullable(),
  /** Those that were asked for, in the charter's order. */
  items: z.array(
    z.strictObject({
      item: z.int().min(1).max(40),
      section: z.enum(GATE_SECTIONS.map((row) => row.section)),
      slug: GateSlug,
      ...Judged,
    }),
  ),
  /** By the charter's names; null: no data. */
  metrics: z.record(z.enum(METRICS.map((row) => row.name)), z.number().nullable()),
  preconditions: z.array(z.strictObject({ subject: Precondition, ...Judged })),
  /** sha-256 of the configuration that counted; null: there is none. */
  config: z.string().nullable(),
  /** Items that nothing decided, and why. */
  notChecked: z.array(z.strictObject({ slug: GateSlug, reason: z.string() })),
});
export type GateResult = z.infer<typeof GateResult>;

/** A report in the form other programs read; `only`: the items that were asked for, absent: all. */
export function toGateResult(request: {
  readonly report: GateReport;
  readonly compared: boolean;
  readonly config: string | null;
  readonly only?: readonly GateSlug[] | undefined;
}): GateResult {
  const { report, only } = request;
  const isWanted = ({ item }: ItemVerdict): boolean => only === undefined || only.includes(item.slug);
  const all = judgeItems(report.receipts);
  return {
    tree: report.tree,
    base: request.compared ? report.base : null,
    items: all.filter(isWanted).map(({ item, verdict, isNew, deciding, receipts, note }) => ({
      item: item.item,
      section: item.section,
      slug: item.slug,
      verdict,
      new: isNew,
      evidence: evidenceOf(
        note,
        receipts.filter((receipt) => receipt === deciding || receipt.verdict === verdict),
      ),
      checker: checkerOf(deciding),
    })),
    metrics: gateMetrics(report.receipts),
    preconditions: PRECONDITIONS.flatMap((subject) => {
      const receipt = report.receipts.find((row) => row.subject === subject);
      return receipt === undefined
        ? []
        : [
            {
              subject,
              verdict: receipt.verdict,
              new: receipt.verdict === 'fail' && receipt.isNew !== false,
              evidence: evidenceOf(receipt.note, [receipt]),
              checker: checkerOf(receipt),
            },
          ];
    }),
    config: request.config,
    notChecked: all
      .filter((row) => row.verdict === 'needs-review' || !isWanted(row))
      .map((row) => ({ slug: row.item.slug, reason: isWanted(row) ? row.note : 'was not asked for' })),
  };
}

/** Whether something is red: a failure that is new against the base. */
export function isRed({ items, preconditions }: Pick<GateResult, 'items' | 'preconditions'>): boolean {
  return [...items, ...preconditions].some((row) => row.new);
}

function evidenceOf(note: string, receipts: readonly Receipt[]): ResultEvidence[] {
  return [
    ...(note === '' ? [] : [{ kind: 'note' as const, text: note }]),
    ...receipts.flatMap(({ findings, evidence }) => [...(findings ?? []).map(asEvidence), ...evidence]),
  ];
}

function asEvidence({ key, text, file, line }: GateFinding): ResultEvidence {
  return { kind: 'finding', key, text, file: file ?? null, line: line ?? null };
}

function checkerOf(receipt: Receipt | null): z.infer<typeof ResultChecker> {
  const nobody = { kind: 'none', name: null, version: null, argv: null, exitCode: null } as const;
  if (receipt === null) return { ...nobody, durationMs: null };
  const { checker, durationMs } = receipt;
  switch (checker.kind) {
    case 'tool':
      return { ...checker, durationMs };
    case 'rule':
      return { ...nobody, kind: 'rule', name: checker.name, version: checker.version ?? null, durationMs };
    case 'reviewer':
      return { ...nobody, kind: 'reviewer', name: checker.name, version: checker.model, durationMs };
    case 'none':
      return { ...nobody, durationMs };
  }
}

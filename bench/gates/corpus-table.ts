import { GATE_ITEMS } from '../../src/domain/quality-gate/gate-items';
import type { CorpusRun } from './run-corpus';

/** Shares of the aims: planted defects found at least, false alarms at most. */
export const AIMS = { found: 0.95, falseAlarms: 0.02 } as const;

/** Counts over a run. A false alarm is a failure of a clean twin; what was not decided there is no chance for one. */
export function countCorpus({ defects, clean }: CorpusRun): {
  readonly planted: number;
  readonly found: number;
  readonly decided: number;
  readonly falseAlarms: number;
} {
  const decided = clean.filter(({ verdict }) => verdict.verdict === 'pass' || verdict.verdict === 'fail');
  return {
    planted: defects.length,
    found: defects.filter(({ found }) => found).length,
    decided: decided.length,
    falseAlarms: decided.filter(({ verdict }) => verdict.verdict === 'fail').length,
  };
}

/** A line for each item, then what was missed and which alarms were false, with the reasons given. */
export function renderCorpus(run: CorpusRun): string {
  const rows = GATE_ITEMS.flatMap(({ item, slug }) => {
    const planted = run.defects.filter(({ defect }) => defect.item === slug);
    const clean = run.clean.filter(({ verdict }) => verdict.item.slug === slug);
    if (planted.length + clean.length === 0) return [];
    const count = (verdict: string): number => clean.filter((row) => row.verdict.verdict === verdict).length;
    return [
      [
        String(item).padStart(2),
        slug.padEnd(22),
        `${String(planted.filter(({ found }) => found).length)}/${String(planted.length)}`.padStart(7),
        String(count('fail')).padStart(6),
        String(count('pass')).padStart(6),
        String(count('needs-review')).padStart(6),
        String(count('not-applicable')).padStart(6),
      ].join(' '),
    ];
  });
  const total = countCorpus(run);
  const share = (part: number, whole: number): string =>
    whole === 0 ? 'nothing to count' : `${((100 * part) / whole).toFixed(1)} %`;
  return [
    'item                       found  false   pass review    n/a',
    ...rows,
    '',
    `found: ${String(total.found)} of ${String(total.planted)} (${share(total.found, total.planted)}), aim >= ${String(AIMS.found * 100)} %`,
    `false alarms: ${String(total.falseAlarms)} of ${String(total.decided)} (${share(total.falseAlarms, total.decided)}), aim <= ${String(AIMS.falseAlarms * 100)} %`,
    ...run.defects
      .filter(({ found }) => !found)
      .map(({ defect, note }) => `missed ${defect.item} ${defect.service}/${defect.name}: ${note}`),
    ...run.clean
      .filter(({ verdict }) => verdict.verdict === 'fail')
      .map(({ service, verdict }) => `false alarm ${verdict.item.slug} on ${service}: ${verdict.note}`),
  ].join('\n');
}

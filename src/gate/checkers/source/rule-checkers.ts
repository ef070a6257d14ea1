import type { GateSlug } from '../../../domain/quality-gate/gate-items';
import { DoesNotApply, type GateChecker } from '../../checker';
import type { Outcome } from '../../outcome';
import { languageOf } from './engine/languages';
import type { SourceRule } from './engine/rule';
import { type Scan, scanSources } from './engine/scan';
import { findPlanted } from './engine/snippets';
import { SOURCE_RULES } from './rules';

/** One checker per item that has rules over syntax trees; all of them share one scan of the tree. */
export const RULE_CHECKERS: readonly GateChecker[] = [...new Set(SOURCE_RULES.map(({ item }) => item))].map(
  (item) => {
    const rules = SOURCE_RULES.filter((rule) => rule.item === item);
    return {
      name: `source-rules-${item}`,
      version: '1',
      subjects: [item],
      scope: 'task',
      reads: (path) => languageOf(path) !== null || /(?:^|\/)package\.json$/.test(path),
      control: () => findPlanted(rules),
      check: async (inspection) => {
        if (item === 'cors' && inspection.settings.corsOrigins?.includes('*') === true) {
          throw new DoesNotApply('any-origin-is-meant', 'the configuration names every origin as allowed');
        }
        const scan = await scanSources(inspection, SOURCE_RULES);
        if (scan.sources === 0) {
          throw new DoesNotApply(
            'no-source-of-a-known-language',
            'the tree has no source in JavaScript, TypeScript, Python or Java',
          );
        }
        return [
          { subject: item, outcome: outcomeOf(scan, item, rules), evidence: scan.result(item).evidence },
        ];
      },
    };
  },
);

function outcomeOf(scan: Scan, item: GateSlug, rules: readonly SourceRule[]): Outcome {
  const { findings } = scan.result(item);
  if (scan.leftOut > 0) {
    // What was looked at may be clean; the rest is not told.
    const reason = `${String(scan.leftOut)} sources are beyond the number that is looked at`;
    if (findings.length === 0) return { kind: 'could-not-run', reason };
  }
  const looked = `${String(rules.length)} rules over ${String(scan.sources)} sources`;
  return findings.length === 0
    ? { kind: 'ran-clean', note: looked }
    : { kind: 'ran-found', note: `${String(findings.length)} findings; ${looked}`, findings };
}

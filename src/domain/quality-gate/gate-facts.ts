import { GATE_ITEMS } from './gate-items';
import { judgeItems } from './gate-verdict';
import type { GateFacts } from '../usage/metrics';
import type { Receipt } from './receipt';

/** What the metrics take from the receipts of one gate run; the newest figure of a name counts. */
export function gateFacts(receipts: readonly Receipt[]): GateFacts {
  const isSecurity = new Set<string>(
    GATE_ITEMS.filter(({ section, slug }) => section === 'security' || slug === 'no-hardcoded-secrets').map(
      ({ slug }) => slug,
    ),
  );
  const security = judgeItems(receipts).filter(({ item }) => isSecurity.has(item.slug));
  const count = (verdict: string): number => security.filter((row) => row.verdict === verdict).length;
  return {
    measures: Object.assign({}, ...receipts.map(({ measures }) => measures ?? {})) as Record<string, number>,
    security: { passed: count('pass'), failed: count('fail'), undecided: count('needs-review') },
  };
}

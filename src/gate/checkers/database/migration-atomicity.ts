import type { GateFinding } from '../../../domain/quality-gate/receipt';
import type { MigrationPlan, MigrationScript } from '../../database/migration-plan';
import { controlsTransaction, headOf, needsNoTransaction, splitSql } from '../../database/split-sql';
import { finding } from './migration-finding';

const SETTING = /^(?:set|reset|select pg_catalog\.set_config|comment on)\b/i;
const REPEATABLE = /\bif (?:not )?exists\b/i;

/** Scripts that leave half of their work behind when they fail in between. */
export function atomicityProblems({ migrations }: MigrationPlan): GateFinding[] {
  return migrations
    .flatMap(({ up, down }) => (down === null ? [up] : [up, down]))
    .flatMap((script) => {
      const reason = halfDone(script);
      return reason === null ? [] : [finding('not-atomic', script.path, `${script.path} ${reason}`)];
    });
}

function halfDone(script: MigrationScript): string | null {
  const statements = splitSql(script.sql).map(({ text }) => text);
  const work = statements.filter((text) => !SETTING.test(headOf(text)) && !controlsTransaction(text));
  const loose = work.filter((text) => !REPEATABLE.test(headOf(text)));
  if (loose.length <= 1) return null;
  if (statements.some(needsNoTransaction)) {
    return 'mixes a statement that cannot be in a transaction with others; a failure in between leaves half of them done, so give it a migration of its own';
  }
  if (!script.transaction) {
    return `runs ${loose.length} statements without a transaction; a failure in between leaves half of them done`;
  }
  const transactions = statements.filter((text) => /^commit\b|^end\b/i.test(headOf(text))).length;
  return transactions > 1
    ? `commits ${transactions} times; a failure after the first leaves half of it done`
    : null;
}

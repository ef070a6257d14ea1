import { patched, upsertMemo, workflowInfo } from '@temporalio/workflow';
import {
  MOST_WAITS,
  readWaitsMemo,
  spellWaits,
  WAITS_MEMO,
  waitsMemo,
  WaitsMemo,
  type Wait,
} from '../src/domain/objective/waits';

/**
 * Keeps what waits for a human in the memo, so that lists need not ask every workflow; written only when it changes.
 * @param indexed whether the state is a search attribute: where it is, lists need no empty memo to know that nothing waits
 */
export function createWaitsMemo(indexed: boolean): {
  readonly known: () => readonly Wait[];
  readonly publish: (waits: readonly Wait[]) => void;
} {
  const told = WaitsMemo.safeParse(workflowInfo().memo?.[WAITS_MEMO]);
  let known: readonly Wait[] = told.success ? readWaitsMemo(told.data) : [];
  let shown = told.success || indexed ? spellWaits(known) : '';
  return {
    known: () => known,
    publish: (all) => {
      const waits = all.slice(0, MOST_WAITS);
      const next = spellWaits(waits);
      if (next === shown || !patched('memo-waits')) return;
      known = waits;
      shown = next;
      upsertMemo({ [WAITS_MEMO]: waitsMemo(waits) });
    },
  };
}

import { awaitedContracts, type ContractStatus } from '../../domain/contract/contract-status';
import type { Escalation } from '../../domain/escalation/escalation';
import type { ObjectiveStatus } from '../../domain/objective/status';

/** A contract that waits to be reviewed; `row`: as status tells it, where it does. */
export interface AwaitedContract {
  readonly name: string;
  readonly row: ContractStatus | undefined;
}

/** Something a person can be asked about. The key is another where the same thing is to be asked anew. */
export type OpenQuestion = { readonly key: string } & (
  | { readonly kind: 'escalation'; readonly escalation: Escalation }
  | { readonly kind: 'plan' }
  | { readonly kind: 'contract'; readonly contract: AwaitedContract }
);

/** What waits for a person in a snapshot: questions, then the plan, then contracts. */
export function openQuestions(status: ObjectiveStatus): readonly OpenQuestion[] {
  const ended = status.outcome !== null;
  return [
    ...status.escalations.map((escalation): OpenQuestion => ({
      kind: 'escalation',
      key: escalation.id,
      escalation,
    })),
    ...(!ended && status.state === 'awaiting-approval'
      ? [{ kind: 'plan' as const, key: `plan-${String(status.plan?.version ?? 1)}` }]
      : []),
    ...awaitedContracts(ended ? [] : status.tasks).map((name): OpenQuestion => {
      const row = status.contracts?.find((contract) => contract.name === name);
      // A revision that comes after changes were requested is asked about anew.
      const key = `contract ${name}, revision ${String(row?.revision ?? 1)}`;
      return { kind: 'contract', key, contract: { name, row } };
    }),
  ];
}

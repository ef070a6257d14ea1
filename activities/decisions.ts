import type { AuditLog } from '../src/ports/audit';
import type { ProofVerifier } from '../src/ports/proofs';
import type { DecisionActivities } from './contract';
import { guarded } from './guarded';

/** What decisions of people stand on. */
interface DecisionPorts {
  readonly audit: Pick<AuditLog, 'append'>;
  readonly proofs: ProofVerifier;
}

/** Looks at proofs and writes decisions down. */
export function createDecisionActivities({ audit, proofs }: DecisionPorts): DecisionActivities {
  return {
    verifyProof: async ({ workflowId, name, payload, proof }) => {
      const { person, channel, at, mac } = proof;
      const statement = { workflowId, name, payload, speaker: { person, channel }, at };
      return { holds: await proofs.holds(statement, mac) };
    },
    recordDecisions: ({ entries }) => audit.append(entries),
  };
}

/** All that a worker carries which only answers messages. */
export function createDecidingActivities(ports: DecisionPorts): DecisionActivities {
  return guarded(createDecisionActivities(ports));
}

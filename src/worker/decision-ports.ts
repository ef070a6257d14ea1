import { join } from 'node:path';
import { createAuditLog } from '../audit/audit-log';
import { createProofs } from '../audit/proofs';
import { readDecisionKey } from '../config/decision-key';
import type { Environment } from '../config/environment';
import type { Home } from '../config/home';
import type { AuditLog } from '../ports/audit';
import type { ProofVerifier } from '../ports/proofs';

/** The audit log of the home, and proofs with the installation's key. */
export function openDecisionPorts({
  environment,
  home,
}: {
  readonly environment: Pick<Environment, 'decisionKey'>;
  readonly home: Home;
}): { readonly audit: AuditLog; readonly proofs: ProofVerifier } {
  return {
    audit: createAuditLog({ folder: join(home.home, 'audit') }),
    proofs: createProofs({ key: () => readDecisionKey(environment, home) }),
  };
}

import type { ModelChoice } from '../src/domain/objective/objective';
import type { AuditLog } from '../src/ports/audit';
import type { BlobStore } from '../src/ports/blob-store';
import type { Coordination, Specialists } from '../src/ports/department';
import type { Compatibility } from '../src/ports/compatibility';
import type { Entities } from '../src/ports/entities';
import type { Contracts } from '../src/ports/contracts';
import type { FindForge } from '../src/ports/forge';
import type { Bootstrap, GateRunner } from '../src/ports/gate';
import type { Journals } from '../src/ports/journal';
import type { ProofVerifier } from '../src/ports/proofs';
import type { Notifications } from '../src/ports/notifications';
import type { ReceiptNotes } from '../src/ports/receipt-notes';
import type { Replicas } from '../src/ports/replica';
import type { Reports } from '../src/ports/report';
import type { Surveyor } from '../src/ports/surveyor';
import type { Probes } from '../src/ports/watch';
import type { Integration, Repositories, Worktrees } from '../src/ports/workspace';

/** Everything activities stand on; wired by hand in the composition root. */
export interface Ports {
  readonly store: BlobStore;
  readonly journals: Journals;
  readonly coordination: Coordination;
  readonly specialists: Specialists;
  readonly repositories: Repositories;
  readonly worktrees: Worktrees;
  readonly integration: Integration;
  readonly surveyor: Surveyor;
  readonly compatibility: Compatibility;
  readonly entities: Entities;
  readonly contracts: Contracts;
  readonly gates: GateRunner;
  readonly bootstrap: Bootstrap;
  readonly replicas: Replicas;
  readonly reports: Reports;
  readonly notes: ReceiptNotes;
  readonly probes: Probes;
  readonly audit: AuditLog;
  readonly proofs: ProofVerifier;
  readonly notifications: Notifications;
  readonly findForge: FindForge;
  /** Sandbox level in force, for status and reports. */
  readonly sandbox: string;
  /** Names the provider of a model (endpoint and key, hashed). */
  readonly providerOf: (model: ModelChoice) => string;
}

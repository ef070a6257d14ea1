import { join } from 'node:path';
import type { Environment } from '../config/environment';
import { packageRoot } from '../config/package-root';
import { createClientFor, type CallWitness, type ClientFor } from '../model/client';
import { createCoordination } from '../model/coordination';
import { createProviderWalls, type ProviderWalls } from '../model/provider-walls';
import { loadRoles, type Roles } from '../model/roles';
import { loadPlaybooks } from '../offline/load-playbooks';
import { startOfflineModel } from '../offline/server';
import type { BlobStore } from '../ports/blob-store';
import type { Coordination } from '../ports/department';

/** Everything of a process that asks models: who answers, and what the roles are. */
export interface Thinking {
  readonly clientFor: ClientFor;
  readonly walls: ProviderWalls;
  /** The department's own roles. */
  readonly roles: Roles;
  readonly coordination: Coordination;
  /** Ends the offline model's server. */
  stop(): Promise<void>;
}

/** Loads roles and playbooks and starts the offline model's server; asks nobody yet. */
export async function openThinking(options: {
  readonly anthropic: Environment['anthropic'];
  /** Holds the texts of roles a repository brings. */
  readonly blobs: BlobStore;
  readonly witness?: CallWitness | undefined;
}): Promise<Thinking> {
  const { anthropic, blobs, witness } = options;
  const playbooks = await loadPlaybooks(join(packageRoot(), 'playbooks'));
  const roles = await loadRoles(join(packageRoot(), 'agents'));
  const offline = await startOfflineModel({ playbooks });
  const clientFor = createClientFor({
    witness,
    anthropic: { apiKey: anthropic.apiKey, baseUrl: anthropic.baseUrl },
    offlineUrl: (playbook, scenario) => offline.url(playbook, scenario),
  });
  const walls = createProviderWalls();
  return {
    clientFor,
    walls,
    roles,
    coordination: createCoordination({ clientFor, roles, walls, blobs }),
    stop: () => offline.stop(),
  };
}

import {
  breakingChange,
  breakingForHistory,
  breakingKey,
  newBreaking,
  type BreakingChange,
} from '../src/domain/contract/breaking-change';
import type { Dossier } from '../src/domain/work/dossier';
import { isMigration, migrationChanges, type MigrationFile } from '../src/domain/database/migration-changes';
import {
  contractFiles,
  contractTouches,
  endpointTouches,
  tableTouches,
  touchesForHistory,
  touchKey,
  type ContractChange,
  type ServiceTouch,
} from '../src/domain/target/service-touch';
import { tableChanges } from '../src/domain/database/table-changes';
import type { Ports } from './ports';

type Comparing = Pick<Ports, 'repositories' | 'integration' | 'compatibility'>;

/** What a commit breaks and touches, or why that cannot be told: its API spec is no longer readable. */
export type Broken =
  | { readonly kind: 'compared'; readonly changes: BreakingChange[]; readonly touches: ServiceTouch[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * What a task's commit breaks for those who use the objective's base, and what of other services it touches, beyond
 * what is merged already.
 */
export async function findBreakingChanges(
  ports: Comparing,
  dossier: Dossier,
  commit: string,
): Promise<Broken> {
  const found = await compareWithBase(ports, dossier, commit);
  if (found.kind === 'unreadable' || found.changes.length + found.touches.length === 0) return found;
  const head = await ports.integration.head({ objectiveId: dossier.objectiveId });
  const merged = await compareWithBase(ports, dossier, head);
  const { changes, touches } = merged.kind === 'compared' ? merged : { changes: [], touches: [] };
  const known = new Set(touches.map(touchKey));
  return {
    kind: 'compared',
    changes: breakingForHistory(newBreaking(found.changes, changes.map(breakingKey))),
    touches: touchesForHistory(found.touches.filter((touch) => !known.has(touchKey(touch)))),
  };
}

async function compareWithBase(
  { repositories, compatibility }: Comparing,
  dossier: Dossier,
  commit: string,
): Promise<Broken> {
  const { objectiveId, baseCommit, survey } = dossier;
  const services = survey.coordination?.otherServices ?? [];
  const changed = await repositories.changedFiles({ objectiveId, from: baseCommit, to: commit });
  const read = (at: string, path: string): Promise<string | null> =>
    repositories.readFile({ objectiveId, commit: at, path });
  const changes: BreakingChange[] = [];
  const contracts: ContractChange[] = [];

  const files = contractFiles(services);
  for (const path of changed.filter((file) => file === survey.apiSpec || files.has(file))) {
    const [before, after] = [await read(baseCommit, path), await read(commit, path)];
    const isSpec = path === survey.apiSpec;
    const gone = before !== null && after === null;
    if (gone && isSpec) changes.push(breakingChange('api', path, 'the API spec is gone'));
    let losses: readonly BreakingChange[] = [];
    if (before !== null && after !== null && (isSpec || isReadableSpec(path))) {
      const compared = await compatibility.compareSpecs({ path, before, after });
      if (compared.kind === 'compared') losses = compared.changes;
      // What is no API spec, such as expectations of a consumer, only changed.
      else if (isSpec) return compared;
    }
    if (isSpec) changes.push(...losses);
    // A contract that is added takes nothing away.
    if (before !== null) contracts.push({ path, gone, losses });
  }

  const migrations: MigrationFile[] = [];
  for (const path of changed.filter((file) => isMigration(file, survey.migrations?.dir ?? null))) {
    const after = await read(commit, path);
    if (after !== null) migrations.push({ path, before: await read(baseCommit, path), after });
  }
  const touches = [
    ...tableTouches(services, services.length === 0 ? [] : tableChanges(migrations)),
    ...endpointTouches(services, changes),
    ...contractTouches(services, contracts),
  ];
  changes.push(...migrationChanges(migrations));
  return { kind: 'compared', changes, touches };
}

function isReadableSpec(path: string): boolean {
  return /\.(?:ya?ml|json|graphqls?)$/.test(path);
}

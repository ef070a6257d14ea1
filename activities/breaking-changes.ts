import {
  breakingChange,
  breakingForHistory,
  breakingKey,
  newBreaking,
  type BreakingChange,
} from '../src/domain/breaking-change';
import type { Dossier } from '../src/domain/dossier';
import { isMigration, migrationChanges, type MigrationFile } from '../src/domain/migration-changes';
import type { Ports } from './ports';

type Comparing = Pick<Ports, 'repositories' | 'integration' | 'compatibility'>;

/** What a commit breaks, or why that cannot be told: its API spec is no longer readable. */
export type Broken =
  | { readonly kind: 'compared'; readonly changes: BreakingChange[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What a task's commit breaks for those who use the objective's base, beyond what is merged already. */
export async function findBreakingChanges(
  ports: Comparing,
  dossier: Dossier,
  commit: string,
): Promise<Broken> {
  const found = await compareWithBase(ports, dossier, commit);
  if (found.kind === 'unreadable' || found.changes.length === 0) return found;
  const head = await ports.integration.head({ objectiveId: dossier.objectiveId });
  const merged = await compareWithBase(ports, dossier, head);
  const known = merged.kind === 'compared' ? merged.changes.map(breakingKey) : [];
  return { kind: 'compared', changes: breakingForHistory(newBreaking(found.changes, known)) };
}

async function compareWithBase(
  { repositories, compatibility }: Comparing,
  dossier: Dossier,
  commit: string,
): Promise<Broken> {
  const { objectiveId, baseCommit, survey } = dossier;
  const changed = await repositories.changedFiles({ objectiveId, from: baseCommit, to: commit });
  const read = (at: string, path: string): Promise<string | null> =>
    repositories.readFile({ objectiveId, commit: at, path });
  const changes: BreakingChange[] = [];

  const spec = survey.apiSpec;
  if (spec !== null && changed.includes(spec)) {
    const [before, after] = [await read(baseCommit, spec), await read(commit, spec)];
    if (before !== null && after === null) changes.push(breakingChange('api', spec, 'the API spec is gone'));
    if (before !== null && after !== null) {
      const compared = await compatibility.compareSpecs({ path: spec, before, after });
      if (compared.kind === 'unreadable') return compared;
      changes.push(...compared.changes);
    }
  }

  const migrations: MigrationFile[] = [];
  for (const path of changed.filter((file) => isMigration(file, survey.migrations?.dir ?? null))) {
    const after = await read(commit, path);
    if (after !== null) migrations.push({ path, before: await read(baseCommit, path), after });
  }
  changes.push(...migrationChanges(migrations));
  return { kind: 'compared', changes };
}

import type { z } from 'zod';
import { MigrationSlot } from '../src/domain/database/migration-slot';
import type { Dossier } from '../src/domain/work/dossier';
import { migrationNames, readNumbers } from '../src/domain/database/migration-numbers';
import { planClaims } from '../src/domain/plan/plan-claims';
import { ClaimWorkResult, REPOSITORY_WORKFLOW } from '../src/domain/coordination/repository-claims';
import {
  CLAIM_WORK,
  RELEASE,
  REPOSITORY_STATE,
  RepositoryState,
  RESERVE_MIGRATION,
  type ClaimTasks,
  type Release,
  type RepositoryInput,
  type ReserveNumber,
} from '../src/domain/coordination/repository-entity';
import { ObjectiveResult } from '../src/domain/objective/status';
import type { EntityAddress } from '../src/ports/entities';
import type { ClaimActivities } from './contract';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';

const MOST_LINES = 100;

/** Where the entity of an objective's repository is; a sample is a fresh copy for each objective. */
function entityOf({ repository, repositoryIdentity, objectiveId }: Dossier): EntityAddress {
  const lasting = repository.kind !== 'sample';
  const identity = lasting ? repositoryIdentity : objectiveId;
  const input: RepositoryInput = { repository: identity, lasting };
  return { type: REPOSITORY_WORKFLOW, kind: 'repository', identity, input };
}

/** What objectives on one repository agree with its entity. */
export function createClaimActivities(
  ports: Pick<Ports, 'entities' | 'repositories'> & {
    readonly integration: Pick<Ports['integration'], 'head'>;
  },
  records: Records,
): ClaimActivities {
  const { entities, repositories, integration } = ports;

  const tell = async <T>(dossier: Dossier, name: string, payload: object, answer: z.ZodType<T>): Promise<T> =>
    answer.parse(await entities.update(entityOf(dossier), name, payload));

  const standingOf = async (
    objectiveId: string,
  ): Promise<{ readonly runs: boolean; readonly delivered: boolean }> => {
    const standing = await entities.standingOf(objectiveId);
    if (standing.kind !== 'completed') return { runs: standing.kind === 'running', delivered: false };
    const { data } = ObjectiveResult.safeParse(standing.result);
    return { runs: false, delivered: data !== undefined && isDelivered(data) };
  };

  return {
    reserveMigration: async ({ handle, taskId }) => {
      const dossier = await records.dossier(handle);
      await prepareHere(repositories, dossier);
      const { objectiveId, baseCommit, survey } = dossier;
      const head = await integration.head({ objectiveId });
      const found = survey.migrations;
      const dir = found?.dir ?? '';
      const numbers = async (commit: string): Promise<ReturnType<typeof readNumbers>> => {
        if (found === null) return readNumbers([], null);
        const files = await repositories.listFiles({ objectiveId, commit });
        return readNumbers(migrationNames(dir, files), found.tool);
      };
      const base = await numbers(baseCommit);
      const integrated = head === baseCommit ? base : await numbers(head);
      const payload: ReserveNumber = {
        objectiveId,
        taskId,
        dir,
        style: integrated.style,
        base: base.highest,
        head: integrated.highest,
        now: Date.now(),
      };
      return tell(dossier, RESERVE_MIGRATION, payload, MigrationSlot);
    },

    readClaims: async ({ handle }) => {
      const dossier = await records.dossier(handle);
      const answer = await entities.ask(entityOf(dossier), REPOSITORY_STATE);
      if (answer === null) return { lines: [] };
      const lines: string[] = [];
      for (const { objectiveId, claims } of RepositoryState.parse(answer).objectives) {
        if (objectiveId === dossier.objectiveId || !(await standingOf(objectiveId)).runs) continue;
        for (const { taskId, paths } of claims) {
          const line = lineOf(objectiveId, taskId, paths);
          if (line !== null) lines.push(line);
        }
      }
      return { lines: lines.slice(0, MOST_LINES) };
    },

    claimWork: async ({ handle, plan, without = [] }) => {
      const dossier = await records.dossier(handle);
      const { tasks } = await records.plan(plan);
      const wanted = tasks.filter(({ id }) => !without.includes(id));
      const payload: ClaimTasks = { objectiveId: dossier.objectiveId, tasks: planClaims(wanted) };
      return tell(dossier, CLAIM_WORK, payload, ClaimWorkResult);
    },

    releaseClaims: async ({ handle, ...end }) => {
      const dossier = await records.dossier(handle);
      const payload: Release = { objectiveId: dossier.objectiveId, ...end };
      await entities.update(entityOf(dossier), RELEASE, payload);
    },

    endedObjectives: async ({ objectiveIds }) => {
      const ended: Release[] = [];
      for (const objectiveId of objectiveIds) {
        const { runs, delivered } = await standingOf(objectiveId);
        if (!runs) ended.push({ objectiveId, delivered });
      }
      return { ended };
    },
  };
}

function isDelivered({ outcome, branch }: ObjectiveResult): boolean {
  return branch !== null && (outcome === 'delivered' || outcome === 'delivered-with-waivers');
}

/** Goes to a model: ids and paths of other objectives, and nothing else of their text. */
function lineOf(objectiveId: string, taskId: string, paths: readonly string[]): string | null {
  const plain = paths.filter((path) => /^[\w@.+()[\]*/-]{1,120}$/.test(path));
  if (plain.length === 0) return null;
  const head = `${objectiveId} (${taskId}): `;
  let line = head + (plain[0] ?? '');
  for (const path of plain.slice(1)) if (line.length + path.length < 280) line += `, ${path}`;
  return line.slice(0, 300);
}

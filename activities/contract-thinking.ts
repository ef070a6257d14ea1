import { BUNDLE_FILES, ContractBundle } from '../src/domain/contract/contract-bundle';
import type { ContractBrief } from '../src/ports/change-briefs';
import type { BlobStore } from '../src/ports/blob-store';
import { asked } from './asked';
import type { ContractThinking } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import type { Records } from './records';

const LONGEST_CHANGELOG = 20_000;
const LONGEST_TYPES = 100_000;
const LONGEST_COMMENT = 500;

/** The frontend's look at a contract. */
export function createContractThinking(
  ports: Pick<Ports, 'coordination' | 'journals' | 'store'>,
  records: Records,
): ContractThinking {
  const { coordination, journals, store } = ports;
  return {
    validateContract: (request) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(request.handle);
        const task = await records.task(request.plan, request.taskId);
        const bundle = await records.load(request.bundle, ContractBundle);
        const { name, hash, operations, breaking, files } = bundle;
        const brief: ContractBrief = {
          task,
          name,
          revision: request.revision,
          hash,
          operations: operations.map((row) => row.name),
          breaking,
          changelog: await textOf(store, files, BUNDLE_FILES.changelog, LONGEST_CHANGELOG),
          types: await textOf(store, files, BUNDLE_FILES.types, LONGEST_TYPES),
          earlier: request.earlier,
        };
        const { objectiveId } = dossier;
        const { value, usage } = await asked(
          journals,
          { objectiveId, allowanceUsd: request.allowanceUsd },
          (asking) => coordination.validateContract({ dossier, brief, asking, signal }),
        );
        const comments = value.comments.map(({ operation, comment }) =>
          (operation === null ? comment : `${operation}: ${comment}`).slice(0, LONGEST_COMMENT),
        );
        return { decision: value.decision, comments, usage };
      }),
  };
}

/** A text of the bundle, cut; null where it has none of that name. */
async function textOf(
  store: BlobStore,
  files: ContractBundle['files'],
  path: string,
  most: number,
): Promise<string | null> {
  const file = files.find((row) => row.path === path);
  if (file === undefined) return null;
  const text = (await store.get(file.blob)).toString('utf8');
  return text.length <= most ? text : `${text.slice(0, most)}\n(cut)`;
}

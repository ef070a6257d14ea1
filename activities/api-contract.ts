import {
  BUNDLE_FILES,
  ContractBundle,
  fileOf,
  type ContractFile,
} from '../src/domain/contract/contract-bundle';
import { contractOutcome, mismatchLine } from '../src/domain/contract/contract-test-report';
import type { TestContractResult } from '../src/domain/contract/contract-work';
import { NO_COORDINATION } from '../src/domain/coordination/coordination-settings';
import type { Dossier } from '../src/domain/work/dossier';
import type { CommitFiles, ContractPlace } from '../src/ports/contracts';
import type { ContractActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';
import { refuseUnconfined } from './sandbox-fence';

/** What a result may hold; the report has everything. */
const MOST_MISMATCHES = 20;
const MOST_REASONS = 5;
const LONGEST_LINE = 500;

/** The steps of an API contract, over files of commits; only the integration test checks one out. */
export function createContractActivities(
  ports: Pick<Ports, 'contracts' | 'repositories' | 'worktrees' | 'sandbox' | 'store'>,
  records: Records,
): ContractActivities {
  const { contracts, repositories, worktrees, sandbox, store } = ports;

  const filesOf = ({ objectiveId }: Dossier, commit: string): CommitFiles => ({
    list: () => repositories.listFiles({ objectiveId, commit }),
    read: (path) => repositories.readFile({ objectiveId, commit, path }),
  });
  const placeOf = (dossier: Dossier, commit: string): ContractPlace => ({
    survey: dossier.survey,
    commit: filesOf(dossier, commit),
    base: filesOf(dossier, dossier.baseCommit),
  });
  const settingsOf = ({ survey }: Dossier): typeof NO_COORDINATION.contracts =>
    (survey.coordination ?? NO_COORDINATION).contracts;
  const textOf = async ({ blob }: ContractFile): Promise<string> => (await store.get(blob)).toString('utf8');

  return {
    inspectContract: ({ handle, commit, path }) =>
      withHeartbeat(async () => {
        const dossier = await records.dossier(handle);
        await prepareHere(repositories, dossier);
        const { objectiveId, baseCommit } = dossier;
        const changed = await repositories.changedFiles({ objectiveId, from: baseCommit, to: commit });
        return contracts.inspect({ ...placeOf(dossier, commit), path, changed });
      }),

    publishContract: ({ handle, commit, name, path, hash, revision }) =>
      withHeartbeat(async () => {
        const dossier = await records.dossier(handle);
        await prepareHere(repositories, dossier);
        const place = placeOf(dossier, commit);
        const published = await contracts.publish({ ...place, path, name, revision, hash });
        const files: ContractFile[] = [];
        for (const { path: file, text, mediaType } of published.files) {
          const bytes = Buffer.from(text, 'utf8');
          files.push({ path: file, blob: await store.put(bytes), bytes: bytes.length, mediaType });
        }
        const bundle = ContractBundle.parse({ ...published.manifest, files });
        return {
          bundle: await records.save(bundle),
          files: files.length,
          summary: published.summary.slice(0, LONGEST_LINE),
        };
      }),

    announceContract: ({ handle, name, revision, hash, bundle: ref, event }) =>
      withHeartbeat(async (signal) => {
        const dossier = await records.dossier(handle);
        const { webhook } = settingsOf(dossier);
        if (webhook === undefined) return { delivery: 'off' };
        const bundle = await records.load(ref, ContractBundle);
        const news = {
          event,
          objective: dossier.objectiveId,
          contract: name,
          revision,
          hash,
          operations: bundle.operations.map((operation) => operation.name),
          changelog: await textOf(fileOf(bundle, BUNDLE_FILES.changelog)),
          files: bundle.files.map(({ path, blob, bytes }) => ({ path, blob, bytes })),
        };
        await contracts.announce({ webhook, news, signal });
        return { delivery: 'delivered' };
      }),

    testContract: ({ handle, commit, bundle: ref }) =>
      withHeartbeat(async (signal): Promise<TestContractResult> => {
        const dossier = await records.dossier(handle);
        refuseUnconfined(sandbox, dossier);
        await prepareHere(repositories, dossier);
        const bundle = await records.load(ref, ContractBundle);
        const place = placeOf(dossier, commit);
        const expectations: { readonly path: string; readonly text: string }[] = [];
        for (const path of settingsOf(dossier).expectations) {
          // The consumer's word, not the branch's: what the base has counts.
          const text = (await place.base.read(path)) ?? (await place.commit.read(path));
          expectations.push({ path, text: text ?? '' });
        }
        const { objectiveId, baseCommit, survey } = dossier;
        const checkout = await worktrees.checkOut({ objectiveId, commit });
        try {
          const { path, gitDir, tree } = checkout;
          const spec = bundle.kind === 'openapi' ? BUNDLE_FILES.openapi : BUNDLE_FILES.graphql;
          const tested = await contracts.test({
            target: { path, gitDir, commit, tree, base: baseCommit },
            survey,
            name: bundle.name,
            hash: bundle.hash,
            contract: { kind: bundle.kind, source: spec, text: await textOf(fileOf(bundle, spec)) },
            types: await textOf(fileOf(bundle, BUNDLE_FILES.types)),
            expectations,
            signal,
          });
          if (tested.kind === 'not-executed') return notExecuted(tested.reason);
          const { report } = tested;
          return {
            outcome: contractOutcome(report),
            report: await records.save(report),
            exchanges: report.exchanges.length,
            mismatches: report.mismatches.slice(0, MOST_MISMATCHES).map(mismatchLine),
            notExecuted: report.notExecuted.slice(0, MOST_REASONS),
            summary: summaryOf(report),
          };
        } finally {
          await checkout.dispose();
        }
      }),
  };
}

function notExecuted(reason: string): TestContractResult {
  const line = reason.slice(0, LONGEST_LINE);
  return {
    outcome: 'not-executed',
    report: null,
    exchanges: 0,
    mismatches: [],
    notExecuted: [line],
    summary: line,
  };
}

function summaryOf({
  exchanges,
  mismatches,
  notExecuted: left,
  types,
}: Parameters<typeof contractOutcome>[0]): string {
  const operations = new Set(exchanges.map(({ operation }) => operation)).size;
  return [
    `${String(exchanges.length)} exchanges with ${String(operations)} operations and expectations`,
    `${String(mismatches.length)} mismatches`,
    types?.compiled === true ? 'the types compile' : 'the types do not compile',
    ...(left.length === 0 ? [] : [`${String(left.length)} not tried or not served`]),
  ].join('; ');
}

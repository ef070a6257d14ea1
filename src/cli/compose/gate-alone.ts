import { createHash } from 'node:crypto';
import type { GitWorkspace } from '../../git/workspace';
import type { BlobStore } from '../../ports/blob-store';
import type { GateRequest, PreparedGate, ServicesRequest, Target } from '../services';
import { surveyTarget } from './survey-target';

/**
 * Brings the commit and the one to compare it with into the mirror and surveys the latter: thresholds, waivers and
 * commands are never taken from the commit under test where there is another one.
 */
export async function prepareGate(
  request: GateRequest &
    ServicesRequest & {
      /** One that shares no repository with other hosts: nothing is pushed. */
      readonly workspace: GitWorkspace;
      readonly store: BlobStore;
    },
): Promise<PreparedGate> {
  const { workspace, repository, configuration } = request;
  const { repositories, worktrees } = workspace;
  const find = async (ref: string | null): Promise<Target> => {
    const found = await workspace.inspectRepository(repository, ref);
    const notes = found.dirty
      ? [`The checkout has changes that no commit holds; only ${found.baseRef} is looked at.`]
      : [];
    return { ...found, notes, sample: null };
  };
  const prepare = async (target: Target): Promise<string> => {
    const objectiveId = `gate-${shortHash(`${target.identity}\n${target.baseCommit}`)}`;
    await repositories.prepare({ ...target, objectiveId });
    return objectiveId;
  };

  const target = await find(request.ref);
  const commit = target.baseCommit;
  const objectiveId = await prepare(target);
  const base =
    request.base === null
      ? await workspace.findMergeBase({
          source: target.source,
          objectiveId,
          commit,
          prepareTip: async () => {
            const tip = await find(null);
            await prepare(tip);
            return tip.baseCommit;
          },
        })
      : (await find(request.base)).baseCommit;
  const compared = base === null ? target : { ...target, baseCommit: base };
  const surveyed = await surveyTarget({
    repositories,
    target: compared,
    workspaceId: await prepare(compared),
    configuration,
    // Asking every engine for its version takes longer than an unchanged tree may.
    engineFacts: null,
  });

  return {
    target,
    commit,
    base,
    surveyed,
    configurationHash: surveyed.configuration === null ? null : sha256(surveyed.configuration),
    writeNotes: (report) => workspace.notes.write({ objectiveId, source: target.source, commit, report }),
    run: async ({ scope, only, onProgress, signal }) => {
      const { openChecking } = await import('../../worker/checking.js');
      const { createGateRunner } = await import('../../gate/gate-runner.js');
      const checking = await openChecking({ ...request, troubles: 'needs-review' });
      try {
        const checkout = await worktrees.checkOut({ objectiveId, commit });
        try {
          const { path, gitDir, tree } = checkout;
          return await createGateRunner(checking.setting).run({
            target: { path, gitDir, commit, tree, base: base ?? commit },
            survey: surveyed.survey,
            scope,
            ...(base === null
              ? {}
              : { base: { commit: base, open: () => worktrees.checkOut({ objectiveId, commit: base }) } }),
            only,
            onProgress,
            signal,
          });
        } finally {
          await checkout.dispose();
        }
      } finally {
        await checking.stop();
        await workspace.stop();
      }
    },
  };
}

function shortHash(text: string): string {
  return sha256(text).slice(0, 16);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import type { Dossier } from '../src/domain/work/dossier';
import type { MergeRequest, MergeResult, RefreshBaseResult } from '../src/domain/quality-gate/gate-work';
import { lockFileAt } from '../src/domain/target/lock-files';
import { claimCovers } from '../src/domain/plan/path-claims';
import type { RepositoryActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import { saveSides } from './merge-sides';
import type { Ports } from './ports';
import { prepareHere } from './prepare-here';
import type { Records } from './records';
import { createTreeChecks } from './tree-checks';

type MergePorts = Pick<Ports, 'gates' | 'worktrees' | 'integration' | 'sandbox' | 'repositories'>;

const MOST_NOTES = 10;
const MOST_PATHS = 20;

/** The merge train's single step, and the last merge: what the base gained meanwhile. */
export function createMergeActivities(
  ports: MergePorts,
  records: Records,
): Pick<RepositoryActivities, 'mergeTask' | 'refreshBase'> {
  const { integration, repositories } = ports;
  const { check, owedBy, summaryOf } = createTreeChecks(ports, records);

  /** The head to merge onto. `taken`: what people pushed was taken or set aside, which is a step of its own. */
  const settle = async (
    dossier: Dossier,
    expected: string,
    signal: AbortSignal,
  ): Promise<{ readonly head: string; readonly taken: boolean; readonly notes: readonly string[] }> => {
    const { objectiveId } = dossier;
    const settled = await integration.settle({ objectiveId, expected });
    if (settled.kind === 'ours')
      return { head: settled.head, taken: false, notes: settled.restored === null ? [] : [settled.restored] };
    const { head, known, commits } = settled;
    const what = `${String(commits.length)} commit${commits.length === 1 ? '' : 's'} that the department did not make (${commits.join('; ')})`;
    const found = await check({
      dossier,
      commit: head,
      scope: 'task',
      only: null,
      isBase: false,
      against: known,
      signal,
    });
    const { green, red } = await summaryOf(found, []);
    if (green) {
      await integration.adopt({ objectiveId, head });
      return { head, taken: true, notes: [`The integration branch got ${what}; they are green and stay.`] };
    }
    const kept = await integration.setAside({ objectiveId, head, known });
    const why = red.map((item) => item.subject).join(', ');
    return {
      head: known,
      taken: true,
      notes: [`The integration branch got ${what}; they are red (${why}) and were set aside as ${kept}.`],
    };
  };

  /** What the merge changes outside the task's claims; lock files that were made anew follow their manifest. */
  const strayedPaths = async (
    { plan, taskId, accepted }: MergeRequest,
    merge: { readonly objectiveId: string; readonly from: string; readonly to: string },
    remade: readonly string[],
  ): Promise<readonly string[]> => {
    if (plan === undefined || accepted === true) return [];
    const { owns, shares } = await records.task(plan, taskId);
    const claims = [...owns, ...shares];
    const changed = await repositories.changedFiles(merge);
    const follows = (path: string): boolean => {
      const at = lockFileAt(path);
      return (
        at !== null &&
        remade.includes(path) &&
        at.row.manifests.some((name) => claims.some((claim) => claimCovers(claim, `${at.folder}${name}`)))
      );
    };
    return changed.filter((path) => !claims.some((claim) => claimCovers(claim, path)) && !follows(path));
  };

  const merge = async (request: MergeRequest, signal: AbortSignal): Promise<MergeResult> => {
    const dossier = await records.dossier(request.handle);
    await prepareHere(repositories, dossier);
    const { objectiveId } = dossier;
    const { taskId, commit, expectedHead } = request;
    const settled = await settle(dossier, expectedHead, signal);
    const noted = (more: readonly string[] = []): { notes?: string[] } => {
      const all = [...settled.notes, ...more].map((note) => note.slice(0, 500));
      return all.length === 0 ? {} : { notes: all.slice(0, MOST_NOTES) };
    };
    if (settled.taken) return { outcome: 'moved', head: settled.head, ...noted() };
    const proposal = await integration.propose({
      objectiveId,
      taskId,
      commit,
      message: `Merge ${taskId}\n\nCoordinator-Task: ${taskId}`,
      signal,
    });
    const { head } = proposal;
    // Pushed to since it was looked at: it is looked at again before anything counts.
    if (head !== settled.head) return { outcome: 'moved', head: settled.head, ...noted() };
    switch (proposal.kind) {
      case 'already-merged':
        return { outcome: 'merged', head, at: new Date().toISOString(), ...noted() };
      case 'conflict': {
        const { files, theirs, notes } = proposal;
        const sides = await saveSides(ports, records, {
          ...request,
          objectiveId,
          head,
          paths: files,
          theirs,
        });
        return {
          outcome: 'conflict',
          files: files.slice(0, 50),
          theirs: theirs.slice(0, 20),
          head,
          ...sides,
          ...noted(notes),
        };
      }
      case 'clean': {
        if (head !== expectedHead) return { outcome: 'moved', head, ...noted() };
        const { remade = [], notes = [] } = proposal;
        const told = [...notes, ...remade.map((path) => `${path} was made anew from its merged manifest.`)];
        const paths = await strayedPaths(request, { objectiveId, from: head, to: proposal.commit }, remade);
        if (paths.length > 0) {
          const named = paths.slice(0, MOST_PATHS).map((path) => path.slice(0, 300));
          return { outcome: 'strayed', paths: named, head, ...noted(told) };
        }
        const report = await check({
          dossier,
          commit: proposal.commit,
          scope: 'task',
          only: await owedBy(request.plan, taskId),
          isBase: request.base === null,
          signal,
        });
        const gate = await summaryOf(report, request.waived);
        if (!gate.green) {
          const sides = await saveSides(ports, records, { ...request, objectiveId, head, paths: [] });
          return { outcome: 'red', gate, head, ...sides, ...noted(told) };
        }
        if (await integration.advance({ objectiveId, from: head, to: proposal.commit }))
          return { outcome: 'merged', head: proposal.commit, at: new Date().toISOString(), ...noted(told) };
        // Who moved it is looked at by the next try, before anything is put on top.
        return { outcome: 'moved', head: expectedHead, ...noted() };
      }
    }
  };

  return {
    mergeTask: (request) => withHeartbeat((signal) => merge(request, signal)),

    refreshBase: ({ handle, head, waived }) =>
      withHeartbeat(async (signal): Promise<RefreshBaseResult> => {
        const dossier = await records.dossier(handle);
        await prepareHere(repositories, dossier);
        const { objectiveId, repository: source, baseRef, baseCommit } = dossier;
        const merged = await integration.mergeBase({
          objectiveId,
          source,
          baseRef,
          baseCommit,
          head,
          signal,
        });
        switch (merged.kind) {
          case 'unmoved':
            return {
              outcome: 'unmoved',
              ...(merged.note === null ? {} : { note: merged.note.slice(0, 500) }),
            };
          case 'conflict':
            return { outcome: 'conflict', base: merged.base, files: merged.files.slice(0, 50) };
          case 'clean': {
            const { base, commit } = merged;
            const report = await check({
              dossier,
              commit,
              scope: 'task',
              only: null,
              isBase: false,
              against: base,
              signal,
            });
            const gate = await summaryOf(report, waived);
            if (!gate.green) return { outcome: 'red', base, gate };
            // Delivered is the commit named here; the branch follows where nobody moved it.
            await integration.advance({ objectiveId, from: head, to: commit });
            return { outcome: 'merged', base, head: commit, gate };
          }
        }
      }),
  };
}

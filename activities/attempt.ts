import { findingsForHistory } from '../src/domain/handoff';
import { claimCovers } from '../src/domain/path-claims';
import type { PathClaim } from '../src/domain/plan';
import { isRefusedWork } from '../src/domain/refused-work';
import { mention } from '../src/domain/specialists';
import type { AttemptRequest, AttemptResult } from '../src/domain/work';
import type { WorkEnd } from '../src/ports/department';
import type { Commit } from '../src/ports/workspace';
import type { AttemptActivities } from './contract';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import type { Records } from './records';
import { refuseUnconfined } from './sandbox-fence';

/** One attempt of a specialist: open the worktree, run the tool loop, commit what it left. */
export function createAttemptActivities(
  ports: Pick<Ports, 'specialists' | 'worktrees' | 'bootstrap' | 'sandbox'>,
  records: Records,
): AttemptActivities {
  const { specialists, worktrees, bootstrap, sandbox } = ports;
  return {
    runAttempt: (request) => {
      let progress: unknown = { turn: 0 };
      return withHeartbeat(
        async (signal) => {
          const { handle, taskId, specialist } = request;
          const dossier = await records.dossier(handle);
          refuseUnconfined(sandbox, dossier);
          const { objectiveId } = dossier;
          const task = await records.task(request.plan, taskId);
          const worktree = await worktrees.open({ objectiveId, taskId, start: request.start });
          await bootstrap.ensure({ path: worktree.path, survey: dossier.survey, signal });
          const { end, transcript, usage, context } = await specialists.work({
            dossier,
            task,
            attemptId: `${taskId}/${request.number}`,
            level: request.level,
            specialist,
            worktree,
            prompt: request.prompt,
            steering: request.steering ?? [],
            grants: request.grants ?? [],
            transcript: request.transcript,
            signal,
            onProgress: (next) => {
              progress = next;
            },
          });
          signal.throwIfAborted();
          const commit = (summary: string): ReturnType<typeof worktrees.commit> =>
            worktrees.commit({ objectiveId, taskId, message: commitMessage(request, task.title, summary) });
          return resultOf(end, commit, [...task.owns, ...task.shares], {
            transcript,
            usage,
            ...(context === undefined ? {} : { context }),
          });
        },
        () => progress,
      );
    },
  };
}

async function resultOf(
  end: WorkEnd,
  commit: (summary: string) => Promise<Commit>,
  claims: readonly PathClaim[],
  rest: Pick<Extract<AttemptResult, { outcome: 'handed-off' }>, 'transcript' | 'usage' | 'context'>,
): Promise<AttemptResult> {
  switch (end.kind) {
    case 'handed-off': {
      const made = await commit(end.note.summary).catch((error: unknown) => {
        if (isRefusedWork(error)) return error;
        throw error;
      });
      if (!('commit' in made)) {
        return { outcome: 'unfinished', reason: made.message.slice(0, 1500), concern: 'other', ...rest };
      }
      const strayed = made.files.filter((file) => !claims.some((claim) => claimCovers(claim, file)));
      return {
        outcome: 'handed-off',
        commit: made.commit,
        summary: end.note.summary.slice(0, 500),
        findings: findingsForHistory(end.note.findings),
        ...(strayed.length > 0 ? { strayed: strayed.slice(0, 20) } : {}),
        ...rest,
      };
    }
    case 'consult':
      return { outcome: 'suspended', on: { kind: 'consult', question: end.question }, ...rest };
    case 'escalate':
      return { outcome: 'suspended', on: { kind: 'escalate', raised: end.raised }, ...rest };
    case 'context':
      return { outcome: 'suspended', on: { kind: 'context', request: end.request }, ...rest };
    case 'unfinished':
      return { outcome: 'unfinished', reason: end.reason.slice(0, 1500), concern: end.concern, ...rest };
  }
}

/** Subject line, the specialist's own summary, and trailers by which merges know whose work they meet. */
function commitMessage(request: AttemptRequest, title: string, summary: string): string {
  return [
    `${request.taskId}: ${title}`,
    '',
    summary,
    '',
    `Coordinator-Task: ${request.taskId}`,
    `Coordinator-Specialist: ${mention(request.specialist)}`,
    `Coordinator-Attempt: ${request.taskId}/${request.number}`,
  ].join('\n');
}

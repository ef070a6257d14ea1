import { ApplicationFailure, Context, getClient } from '@temporalio/activity';
import { withoutReferences } from '../src/domain/pull-request/forge-references';
import { MergeSides } from '../src/domain/quality-gate/gate-work';
import { findingsForHistory } from '../src/domain/work/handoff';
import { claimCovers } from '../src/domain/plan/path-claims';
import type { PathClaim } from '../src/domain/plan/plan';
import { isRefusedWork } from '../src/domain/work/refused-work';
import { usageTold } from '../src/domain/work/failure-details';
import type { AttemptPrompt, AttemptRequest, AttemptResult } from '../src/domain/work/work';
import { lastSnapshot } from '../src/domain/work/journal';
import { MigrationDesign } from '../src/domain/database/migration-design';
import { Mail, NO_MAIL } from '../src/domain/work/mail';
import { ModelFailure } from '../src/domain/usage/model-failure';
import { ATTEMPT_MAILBOX } from '../src/domain/objective/messages';
import type { AttemptDesk, AttemptProgress, SchemaOrders, WorkOutcome } from '../src/ports/department';
import type { Commit, Worktree } from '../src/ports/workspace';
import type { AttemptActivities } from './contract';
import { translateFailure } from './failures';
import { withHeartbeat } from './heartbeat';
import { withWatchdog } from './watchdog';
import type { Ports } from './ports';
import type { Records } from './records';
import { prepareHere } from './prepare-here';
import { refuseUnconfined } from './sandbox-fence';
import { findBreakingChanges, type Broken } from './breaking-changes';

/** Silence of a loop, in milliseconds, after which it is given up and tried again: longer than any tool may take. */
const STUCK_AFTER_MS = 20 * 60_000;
/** Long enough for a query that was lost to be asked once more. */
const MAIL_TIMEOUT_MS = 5_000;

/**
 * One attempt of a specialist: open its journal and its worktree, as a lost process left them, run the tool loop,
 * commit what it left.
 */
export function createAttemptActivities(
  ports: Pick<
    Ports,
    | 'specialists'
    | 'worktrees'
    | 'bootstrap'
    | 'sandbox'
    | 'journals'
    | 'repositories'
    | 'integration'
    | 'compatibility'
  >,
  records: Records,
): AttemptActivities {
  const { specialists, worktrees, bootstrap, sandbox, journals } = ports;

  async function attempt(
    request: AttemptRequest,
    signal: AbortSignal,
    onProgress: (progress: AttemptProgress) => void,
  ): Promise<AttemptResult> {
    const { handle, taskId, specialist, start } = request;
    const dossier = await records.dossier(handle);
    refuseUnconfined(sandbox, dossier);
    await prepareHere(ports.repositories, dossier);
    const { objectiveId } = dossier;
    const task = await records.task(request.plan, taskId);
    const journal = await journals.open({ objectiveId, name: journalName(request) });
    try {
      const snapshot = lastSnapshot(journal.entries);
      const at = { objectiveId, taskId, start };
      const worktree: Worktree =
        snapshot === null ? await worktrees.open(at) : await worktrees.restore({ ...at, snapshot });
      await bootstrap.ensure({ path: worktree.path, survey: dossier.survey, signal });
      const desk: AttemptDesk = {
        journal,
        keepFiles: async (paths) => (await worktrees.snapshot({ objectiveId, taskId, paths })).snapshot,
        readMail: () => readMail(taskId),
      };
      const { prompt } = request;
      const sides =
        prompt.kind === 'guidance' && prompt.sides !== undefined
          ? await records.load(prompt.sides, MergeSides)
          : undefined;
      const outcome = await specialists.work({
        dossier,
        task,
        attemptId: `${taskId}/${request.number}`,
        level: request.level,
        specialist,
        worktree,
        desk,
        keepsFiles: start.kind !== 'fresh',
        prompt,
        sides,
        ...(await ordersOf(prompt)),
        grants: request.grants ?? [],
        transcript: request.transcript,
        allowanceUsd: request.allowanceUsd ?? null,
        thrift: request.thrift ?? 0,
        signal,
        onProgress,
      });
      signal.throwIfAborted();
      const commit = (summary: string): ReturnType<typeof worktrees.commit> =>
        worktrees.commit({ objectiveId, taskId, message: commitMessage(request, task.title, summary) });
      return await resultOf(outcome, {
        commit,
        claims: [...task.owns, ...task.shares],
        broken: (made) => findBreakingChanges(ports, dossier, made),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw paced(error, Context.current().info.attempt);
    } finally {
      await journal.close();
    }
  }

  /** What a schema change is held to, where the prompt brings it. */
  async function ordersOf(prompt: AttemptPrompt): Promise<{ readonly orders?: SchemaOrders }> {
    if (prompt.kind !== 'delegation' && prompt.kind !== 'guidance') return {};
    const { design, slot } = prompt;
    if (design === undefined && slot === undefined) return {};
    const loaded = design === undefined ? null : await records.load(design, MigrationDesign);
    return { orders: { design: loaded, slot: slot ?? null } };
  }

  return {
    runAttempt: (request) => {
      // What a lost worker told last, until this one knows better.
      const before: unknown = Context.current().info.heartbeatDetails;
      let progress: AttemptProgress | null = null;
      return withHeartbeat(
        (cancelled) =>
          withWatchdog(
            { what: 'The attempt', signal: cancelled, silenceMs: STUCK_AFTER_MS },
            (signal, alive) =>
              attempt(request, signal, (next) => {
                progress = next;
                alive();
              }),
          ),
        () => progress ?? before ?? { turn: 0 },
        () => progress?.usage ?? usageTold(before),
      );
    },
  };
}

/** Tries of an activity, lost workers' among them, after which what stands in its way is asked about. */
const MOST_TRIES = 12;

/** A failure that no model told us of (a full disk, a broken checkout) is tried again ever later, then asked about. */
function paced(error: unknown, tries: number): unknown {
  const failure = translateFailure(error);
  if (error instanceof ModelFailure || !(failure instanceof ApplicationFailure) || failure.nonRetryable)
    return error;
  return ApplicationFailure.create({
    message: failure.message,
    type: failure.type ?? 'Error',
    nonRetryable: tries >= MOST_TRIES,
    nextRetryDelay: Math.min(60_000, 500 * 2 ** Math.min(tries, 10)),
    cause: failure,
  });
}

/** What people said to the task meanwhile. A workflow that does not answer in time has no mail. */
async function readMail(taskId: string): Promise<Mail> {
  const { info, log } = Context.current();
  const { workflowId, runId } = info.workflowExecution ?? {};
  if (workflowId === undefined) return NO_MAIL;
  try {
    const client = getClient();
    const answer: unknown = await client.withDeadline(Date.now() + MAIL_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId, runId).query(ATTEMPT_MAILBOX, taskId),
    );
    return Mail.parse(answer);
  } catch (error) {
    log.warn('the mailbox of the attempt could not be read', { taskId, error: String(error) });
    return NO_MAIL;
  }
}

/** One journal for each attempt; an attempt that is suspended and gone on with keeps its own. */
function journalName({ taskId, number, journal }: AttemptRequest): string {
  return [taskId, number, ...(journal === undefined ? [] : [journal])].join('-');
}

async function resultOf(
  { end, ...rest }: WorkOutcome,
  handing: {
    readonly commit: (summary: string) => Promise<Commit>;
    readonly claims: readonly PathClaim[];
    readonly broken: (commit: string) => Promise<Broken>;
  },
): Promise<AttemptResult> {
  switch (end.kind) {
    case 'handed-off': {
      const { commit, claims } = handing;
      const made = await commit(end.note.summary).catch((error: unknown) => {
        if (isRefusedWork(error)) return error;
        throw error;
      });
      if (!('commit' in made)) {
        return { outcome: 'unfinished', reason: made.message.slice(0, 1500), concern: 'other', ...rest };
      }
      const broken = await handing.broken(made.commit);
      if (broken.kind === 'unreadable') {
        return { outcome: 'unfinished', reason: broken.reason.slice(0, 1500), concern: 'contract', ...rest };
      }
      const strayed = made.files.filter((file) => !claims.some((claim) => claimCovers(claim, file)));
      return {
        outcome: 'handed-off',
        commit: made.commit,
        summary: end.note.summary.slice(0, 500),
        findings: findingsForHistory(end.note.findings),
        ...(strayed.length > 0 ? { strayed: strayed.slice(0, 20) } : {}),
        ...(broken.changes.length > 0 ? { breaking: broken.changes } : {}),
        ...(broken.touches.length > 0 ? { touches: broken.touches } : {}),
        ...rest,
      };
    }
    case 'consult':
      return { outcome: 'suspended', on: { kind: 'consult', question: end.question }, ...rest };
    case 'escalate':
      return { outcome: 'suspended', on: { kind: 'escalate', raised: end.raised }, ...rest };
    case 'context':
      return { outcome: 'suspended', on: { kind: 'context', request: end.request }, ...rest };
    case 'pause':
    case 'wall':
    case 'budget':
      return { outcome: 'suspended', on: end, ...rest };
    case 'unfinished':
      return { outcome: 'unfinished', reason: end.reason.slice(0, 1500), concern: end.concern, ...rest };
  }
}

/**
 * Subject line, the specialist's own summary, and trailers by which merges know whose work they meet. The words are a model's or
 * a stranger's: they mention nobody, close no issue where this is pushed to, and hold no trailer of ours.
 */
function commitMessage(request: AttemptRequest, title: string, summary: string): string {
  return [
    `${request.taskId}: ${withoutReferences(title)}`,
    '',
    withoutReferences(summary).replace(/^(?=coordinator-)/gim, ' '),
    '',
    `Coordinator-Task: ${request.taskId}`,
    `Coordinator-Specialist: ${request.specialist}`,
    `Coordinator-Attempt: ${request.taskId}/${request.number}`,
  ].join('\n');
}

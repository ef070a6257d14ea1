import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { watchMarkdown } from '../src/domain/deployment/watch-markdown';
import type { WatchResult, WatchStatus } from '../src/domain/deployment/watch-status';
import { watchState } from '../src/domain/deployment/watch-steps';
import type { Escalation } from '../src/domain/escalation/escalation';
import { shownQuestion } from '../src/domain/escalation/for-whom';
import { waitOf } from '../src/domain/objective/waits';
import { instant, type Watch } from './watch';
import { createWaitsMemo } from './waits-memo';

const STATUS = defineSearchAttributeKey('CoordinatorStatus', 'KEYWORD');
const LEVEL = defineSearchAttributeKey('CoordinatorEscalationLevel', 'INT');

/** The open questions, as people are shown them. */
export function shownWatchQuestions({ input, progress }: Watch): Escalation[] {
  const clocked = progress.waiting !== undefined;
  return progress.open.map(({ escalation }) => shownQuestion(input.decisions ?? null, escalation, clocked));
}

/** Answers `watchStatus`. */
export function watchSnapshot(watch: Watch): WatchStatus {
  const { input, progress, outcome } = watch;
  const { deployment } = progress;
  return {
    objectiveId: input.objectiveId,
    state: watchState(progress, outcome),
    outcome,
    repository: input.repository,
    branch: input.branch,
    commit: input.commit,
    deployment: deployment?.report ?? null,
    watchedFrom: deployment === null ? null : instant(deployment.from),
    watchedUntil: deployment === null ? null : instant(deployment.until),
    rounds: progress.rounds,
    checks: [...progress.tallies],
    escalations: shownWatchQuestions(watch),
    decisions: [...progress.decisions],
    startedAt: progress.startedAt,
    now: instant(Date.now()),
    events: [...progress.events],
    ignored: [...progress.ignored],
  };
}

export function watchResult({ input, progress, outcome }: Watch): WatchResult {
  if (outcome === null) throw new Error('a watch ends with an outcome');
  return {
    objectiveId: input.objectiveId,
    outcome,
    deployment: progress.deployment?.report ?? null,
    samples: progress.tallies.reduce((sum, tally) => sum + tally.asked - tally.unanswered, 0),
    worst: progress.tallies.map(({ name, worst }) => ({ name, value: worst })),
    decisions: [...progress.decisions],
  };
}

/** Shows the watch where people look: search attributes and memo for lists, Markdown as current details. */
export function createWatchDisplay(watch: Watch): () => void {
  const { typedSearchAttributes } = workflowInfo();
  // A server that does not know the attributes would fail the workflow task for ever; whoever started the watch did
  // it without them there.
  const indexed = typedSearchAttributes.get(STATUS) !== undefined;
  let shown = {
    state: typedSearchAttributes.get(STATUS) ?? '',
    level: typedSearchAttributes.get(LEVEL) ?? 0,
  };
  const memo = createWaitsMemo(indexed);
  return () => {
    const status = watchSnapshot(watch);
    const next = { state: status.state, level: status.escalations.length > 0 ? 4 : 0 };
    if (indexed && (next.state !== shown.state || next.level !== shown.level)) {
      upsertSearchAttributes([
        { key: STATUS, value: next.state },
        { key: LEVEL, value: next.level },
      ]);
    }
    shown = next;
    memo.publish(status.escalations.map(waitOf));
    setCurrentDetails(watchMarkdown(workflowInfo().workflowId, status));
  };
}

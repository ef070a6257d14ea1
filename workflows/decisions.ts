import { ApplicationFailure, patched, workflowInfo } from '@temporalio/workflow';
import { assigneesFor } from '../src/domain/department/department-roles';
import { refuseMoneylessRaise } from '../src/domain/escalation/answer-command';
import { refuseDecider, type PersonName } from '../src/domain/escalation/decision-rules';
import { escalationId, type Decision, type ResolveEscalation } from '../src/domain/escalation/escalation';
import { MESSAGES } from '../src/domain/objective/messages';
import { tidingsOfDecision } from '../src/domain/notification/news';
import { raise } from '../src/domain/escalation/questions';
import { isRaise } from '../src/domain/escalation/raise-budget';
import type { Question } from '../src/domain/work/task-progress';
import type { Sender } from './message';
import { settleNews, tell, tellQuestion } from './news';
import type { OpenEscalation } from './carried';
import { ignore, now, record, replaceTask, taskOf, type Run } from './run';

/** Characters of a question a decision keeps. */
const KEPT_QUESTION = 300;

/** Raises a level-4 question about a task; other branches go on. */
export function askAboutTask(run: Run, taskId: string): void {
  const progress = taskOf(run, taskId);
  if (progress?.step.kind !== 'ask') return;
  const question = progress.step.question;
  const id = escalationId(taskId, progress.escalationCount + 1);
  openQuestion(run, id, taskId, question);
  replaceTask(run, {
    ...progress,
    level: 4,
    escalationCount: progress.escalationCount + 1,
    step: { kind: 'await-decision', escalationId: id, question },
  });
}

/** Raises a level-4 question about the objective as a whole and gives its id. */
export function askAboutObjective(run: Run, question: Question): string {
  run.progress.objectiveEscalations += 1;
  const id = escalationId('objective', run.progress.objectiveEscalations);
  openQuestion(run, id, 'objective', question);
  return id;
}

function openQuestion(run: Run, id: string, subject: OpenEscalation['subject'], question: Question): void {
  const escalation = raise(question, { id, raisedAt: now(), ofObjective: subject === 'objective' });
  run.progress.open.push({ escalation, subject });
  record(run, `asks ${id}: ${question.question}`, subject === 'objective' ? null : subject);
  tellQuestion(run, id);
}

/** Why a decision cannot be taken, or null when it can. Synchronous: update validators must be. */
export function refusal(run: Run, message: ResolveEscalation, person: PersonName | null): string | null {
  const earlier = run.progress.decisions.find((decision) => decision.escalationId === message.escalationId);
  if (earlier !== undefined) {
    return `${message.escalationId} is already decided: ${earlier.decision} by ${earlier.by} at ${earlier.decidedAt}`;
  }
  const open = run.progress.open.find((row) => row.escalation.id === message.escalationId);
  if (open === undefined) {
    const ids = run.progress.open.map((row) => row.escalation.id).join(', ');
    return `there is no escalation ${message.escalationId}; ${ids === '' ? 'nothing is open' : `open: ${ids}`}`;
  }
  const offered = open.escalation.options.filter((option) => option.decision === message.decision);
  if (offered.length === 0) {
    const kinds = [...new Set(open.escalation.options.map((option) => option.decision))].join(', ');
    return `${message.decision} is not offered for ${message.escalationId}; choose one of ${kinds}`;
  }
  if (message.option !== undefined && !offered.some((option) => option.id === message.option)) {
    return `${message.escalationId} has no option ${message.option} for ${message.decision}`;
  }
  return (
    refuseDecider(run.progress.decisionRules ?? null, open.escalation.trigger, person) ??
    refuseAssignee(run, message, open.subject)
  );
}

/** A task can only go to somebody there is; an audit only to the department's own. */
function refuseAssignee(
  run: Run,
  { decision, assignee }: ResolveEscalation,
  subject: OpenEscalation['subject'],
): string | null {
  if (decision !== 'reassign' || assignee === undefined) return null;
  const task = taskOf(run, subject)?.task;
  if (task === undefined) return null;
  const assignees = assigneesFor(task, run.progress.brought ?? []);
  return assignees.includes(assignee)
    ? null
    : `${assignee} cannot take ${task.id}; choose one of ${assignees.join(', ')}`;
}

/** Takes an answer; older histories have those taken that would raise a budget without any money. */
export function takeAnswer(run: Run, message: ResolveEscalation, sender: Sender): string {
  const why = refuseMoneyless(run, message);
  if (why === null || !patched('a-raise-needs-money')) {
    const decision = decide(run, message, sender);
    return `${decision.escalationId}: ${decision.decision} by ${decision.by}`;
  }
  if (sender.channel === 'update') throw ApplicationFailure.nonRetryable(why, 'Message.Refused');
  ignore(run, MESSAGES.resolveEscalation, why);
  return why;
}

/** Why an answer adds no money where money is asked for. Whatever adds some answers the question, so while it is open none was. */
export function refuseMoneyless(run: Run, message: ResolveEscalation): string | null {
  const open = run.progress.open.find((row) => row.escalation.id === message.escalationId);
  if (open === undefined || !isRaise(open.escalation, message)) return null;
  // Money answers the question that blocks; any other of the objective has nothing but its options.
  if (open.subject === 'objective' && run.progress.blockedBy !== open.escalation.id) return null;
  return refuseMoneylessRaise(workflowInfo().workflowId, open.escalation);
}

/** Records a decision; the main loop acts on it. The first answer wins. */
export function decide(run: Run, message: ResolveEscalation, sender: Sender): Decision {
  const { channel, speaker } = sender;
  const asked = run.progress.open.find((row) => row.escalation.id === message.escalationId);
  const decision: Decision = {
    escalationId: message.escalationId,
    ...(asked === undefined ? {} : { trigger: asked.escalation.trigger }),
    decision: message.decision,
    option: message.option ?? null,
    guidance: message.guidance ?? null,
    assignee: message.assignee ?? null,
    by: message.by,
    channel,
    decidedAt: now(),
    person: speaker?.person ?? null,
    via: speaker?.channel ?? null,
    ...(asked === undefined ? {} : { question: asked.escalation.question.slice(0, KEPT_QUESTION) }),
  };
  run.progress.decisions.push(decision);
  run.progress.undone.push(decision);
  const proven = speaker === null ? '' : `, ${speaker.person} at ${speaker.channel}`;
  record(run, `${message.escalationId} decided: ${message.decision} by ${message.by} (${channel}${proven})`);
  tell(run, tidingsOfDecision(decision));
  run.audit.note({
    message: MESSAGES.resolveEscalation,
    body: message,
    sender,
    saw: asked === undefined ? null : { kind: 'escalation', escalation: asked.escalation },
  });
  return decision;
}

/** Whether a question has its answer already: it stays open until the process acts on that. Older histories took another. */
export function isAnswered({ progress }: Run, id: string): boolean {
  return progress.decisions.some(({ escalationId }) => escalationId === id) && patched('decided-once');
}

/** Takes an answered question off the list of open ones. */
export function closeQuestion(run: Run, id: string): OpenEscalation | undefined {
  const index = run.progress.open.findIndex((row) => row.escalation.id === id);
  return index < 0 ? undefined : run.progress.open.splice(index, 1)[0];
}

/** Withdraws the open questions of tasks that settled some other way. */
export function withdrawQuestions(run: Run, subject: string): void {
  const withdrawn = run.progress.open.filter((row) => row.subject === subject);
  run.progress.open = run.progress.open.filter((row) => row.subject !== subject);
  settleNews(
    run,
    withdrawn.map(({ escalation }) => escalation.id),
  );
}

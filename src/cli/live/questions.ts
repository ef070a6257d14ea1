import { byName, type CallForm } from '../../config/call-form';
import { answerWords, optionFlags, wordsFor } from '../../domain/escalation/answer-command';
import type { Escalation } from '../../domain/escalation/escalation';
import { prospects } from '../../domain/escalation/for-whom';
import { isRaise } from '../../domain/escalation/raise-budget';
import { awaitedContracts } from '../../domain/contract/contract-status';
import type { ObjectiveStatus } from '../../domain/objective/status';
import type { Precedent } from '../../domain/escalation/precedents';
import { precedentLines } from './precedent-lines';
import { plain } from './text';

/** The exact command that answers an escalation as recommended. */
export function answerCommand(objectiveId: string, escalation: Escalation, call: CallForm = byName): string {
  return call(answerWords(objectiveId, escalation));
}

/** A question as it is printed in full: what, evidence, options with their commands. */
export function describeEscalation(
  objectiveId: string,
  escalation: Escalation,
  call: CallForm = byName,
  precedents: readonly Precedent[] = [],
): string {
  const lines = [
    `${escalation.id} (${escalation.trigger}): ${plain(escalation.question)}`,
    ...prospects(escalation).map((line) => `  ${plain(line)}`),
    ...escalation.evidence.map((evidence) => `  evidence: ${plain(evidence)}`),
    ...escalation.options.map((option) => {
      const mark = option.id === escalation.recommended ? ' (recommended)' : '';
      const how = isRaise(escalation, { decision: option.decision, option: option.id })
        ? call(wordsFor(objectiveId, escalation, option))
        : optionFlags(option);
      return `  ${option.id}${mark}: ${plain(option.label)} -> ${plain(option.consequence)} (${how})`;
    }),
    ...precedentLines(precedents),
    `  answer: ${answerCommand(objectiveId, escalation, call)}`,
  ];
  return lines.join('\n');
}

/**
 * Whether nothing goes on by itself: a decision is open (or the run is paused, or its plan waits for approval)
 * and no task works, is about to, or waits for something else than a human, nor is an answer being taken in.
 */
export function needsHuman(status: ObjectiveStatus): boolean {
  if (status.outcome !== null || status.takingIn === true) return false;
  if (status.state === 'awaiting-approval') return true;
  const contracts = awaitedContracts(status.tasks);
  if (status.state !== 'paused' && status.escalations.length + contracts.length === 0) return false;
  const integrated = new Set(
    status.tasks.filter((task) => task.state === 'merged' || task.state === 'waived').map((task) => task.id),
  );
  const questions = new Set(status.escalations.map((escalation) => escalation.id));
  const asked = new Set([...questions].map((id) => id.replace(/-E[0-9]+$/, '')));
  return !status.tasks.some((task) => {
    if (asked.has(task.id) || awaitedContracts([task]).length > 0) return false;
    if (task.waitingFor !== null && questions.has(task.waitingFor)) return false;
    switch (task.state) {
      case 'running':
      case 'gating':
      case 'merging':
        return true;
      case 'suspended':
        return status.state !== 'paused';
      case 'ready':
        return status.state !== 'paused' && !asked.has('objective');
      case 'pending':
        return (
          status.state !== 'paused' &&
          !asked.has('objective') &&
          task.dependsOn.every((id) => integrated.has(id))
        );
      case 'merged':
      case 'waived':
      case 'skipped':
      case 'failed':
        return false;
    }
  });
}

/** The commands that let a run go on which waits for a human, one for each thing it waits for, as recommended. */
export function answerCommands(status: ObjectiveStatus, call: CallForm = byName): readonly string[] {
  const id = status.objectiveId;
  return [
    ...status.escalations.map((escalation) => answerCommand(id, escalation, call)),
    ...awaitedContracts(status.tasks).map((name) => call(`contract ${id} ${name} --approve`)),
    ...(status.state === 'awaiting-approval' ? [call(`plan ${id} approve`)] : []),
    ...(status.state === 'paused' ? [call(`resume ${id}`)] : []),
  ];
}

/** The plan and the contracts that wait for a human, with the commands that show and decide them. */
export function describeReviews(status: ObjectiveStatus, call: CallForm = byName): readonly string[] {
  const id = status.objectiveId;
  if (status.outcome !== null) return [];
  return [
    ...(status.state === 'awaiting-approval'
      ? [
          `The plan waits for approval: ${call(`plan ${id}`)}, then ${call(`plan ${id} approve`)}`,
          `Or change it before: ${call(`plan ${id} edit`)}`,
        ]
      : []),
    ...awaitedContracts(status.tasks).map(
      (name) =>
        `Contract ${name} waits to be reviewed: ${call(`contract ${id} ${name}`)}, then ${call(`contract ${id} ${name} --approve`)}`,
    ),
  ];
}

/** What a run that waits for a human prints last: the questions and the commands that answer them. */
export function describeNeed(status: ObjectiveStatus, call: CallForm = byName): string {
  const id = status.objectiveId;
  const questions = status.escalations.map((escalation) => describeEscalation(id, escalation, call));
  questions.push(...describeReviews(status, call));
  if (status.state === 'paused') questions.push(`The objective is paused: ${call(`resume ${id}`)}`);
  return [...questions, `Then go on with: ${call(`attach ${id}`)}`].join('\n');
}

import { API_CONTRACT_STEPS } from '../contract/api-contract';
import type { DatabaseChangeStatus } from './coordination-orders';
import type { ContractState, ContractStatus } from '../contract/contract-status';
import { DATABASE_CHANGE_STEPS } from '../database/database-change';
import { markdownText } from '../common/markdown-text';
import { signalMarkdown } from '../escalation/question-markdown';

/** How many of a contract's steps are behind it, by its state. */
const STEPS_DONE: Readonly<Record<ContractState, number>> = {
  designing: 0,
  refused: 0,
  'changes-requested': 2,
  shared: 2,
  approved: 3,
  failed: 4,
  tested: 5,
};

/**
 * A contract and its five steps, as current details in the Web UI.
 * @param of the objective it belongs to, and whether a human is to review what is shared
 */
export function contractMarkdown(
  contract: ContractStatus,
  of: { readonly objectiveId: string; readonly asksHuman: boolean },
): string {
  const { name, revision, hash, state, by, comments, taskId, path } = contract;
  const payload = { contract: name, decision: 'approve', by: '' };
  const done = STEPS_DONE[state];
  const steps = API_CONTRACT_STEPS.map(({ title }, index) => {
    const mark = index < done ? 'done' : index === done ? state : '';
    return `| ${String(index + 1)} | ${title} | ${mark} |`;
  });
  return [
    `**${name}** · revision ${String(revision)}${hash === null ? '' : ` · \`${hash.slice(0, 12)}\``} · **${state}**${by === null ? '' : ` · ${markdownText(by)}`}`,
    `Designed by ${taskId} of ${of.objectiveId}${path === null ? '' : ` in ${markdownText(path)}`}`,
    ['| | Step | |', '|---|---|---|', ...steps].join('\n'),
    ...(of.asksHuman && state === 'shared'
      ? [
          `It waits to be reviewed. On the page of ${of.objectiveId}: ${signalMarkdown('reviewContract', payload)}`,
        ]
      : []),
    ...(comments.length === 0 ? [] : [comments.map((line) => `- ${markdownText(line)}`).join('\n')]),
  ].join('\n\n');
}

/** The schema changes of an objective and their six steps, as current details in the Web UI. */
export function databaseMarkdown(changes: readonly DatabaseChangeStatus[]): string {
  if (changes.length === 0) return 'No schema change has begun.';
  return changes
    .map(({ taskId, strategy, slot, steps }) =>
      [
        `**${taskId}**${slot?.identifier ? ` · ${slot.identifier}` : ''}${strategy === null ? '' : ` · ${strategy}`}`,
        [
          '| | Step | | |',
          '|---|---|---|---|',
          ...DATABASE_CHANGE_STEPS.map(({ key, title }, index) => {
            const step = steps.find((row) => row.key === key);
            return `| ${String(index + 1)} | ${title} | ${step?.state ?? ''} | ${markdownText(step?.summary ?? '')} |`;
          }),
        ].join('\n'),
      ].join('\n\n'),
    )
    .join('\n\n');
}

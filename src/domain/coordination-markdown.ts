import { API_CONTRACT_STEPS } from './api-contract';
import type { DatabaseChangeStatus } from './coordination-orders';
import type { ContractState, ContractStatus } from './contract-status';
import { DATABASE_CHANGE_STEPS } from './database-change';

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

const cell = (text: string): string => text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');

/** A contract and its five steps, as current details in the Web UI. */
export function contractMarkdown(contract: ContractStatus): string {
  const { name, revision, hash, state, by, comments } = contract;
  const done = STEPS_DONE[state];
  const steps = API_CONTRACT_STEPS.map(({ title }, index) => {
    const mark = index < done ? 'done' : index === done ? state : '';
    return `| ${String(index + 1)} | ${title} | ${mark} |`;
  });
  return [
    `**${name}** · revision ${String(revision)}${hash === null ? '' : ` · \`${hash.slice(0, 12)}\``} · **${state}**${by === null ? '' : ` · ${cell(by)}`}`,
    ['| | Step | |', '|---|---|---|', ...steps].join('\n'),
    ...(comments.length === 0 ? [] : [comments.map((line) => `- ${cell(line)}`).join('\n')]),
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
            return `| ${String(index + 1)} | ${title} | ${step?.state ?? ''} | ${cell(step?.summary ?? '')} |`;
          }),
        ].join('\n'),
      ].join('\n\n'),
    )
    .join('\n\n');
}

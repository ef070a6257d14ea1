import { FACETS, type Analysis } from '../../domain/plan/analysis';
import type { ModelChoice, ObjectiveInput } from '../../domain/objective/objective';
import type { Plan } from '../../domain/plan/plan';
import { mention } from '../../domain/department/specialists';
import { planStages } from '../../domain/plan/task-graph';
import type { Usage } from '../../domain/usage/usage';
import { totalTokens, type NumberSpread } from '../../domain/usage/usage-figures';
import { formatDuration, pad, plain } from '../live/text';
import type { Estimated } from './dry-run';

/** The seven facets, each with what it asks for. */
export function analysisLines(analysis: Analysis): readonly string[] {
  return [
    `Analysis: ${plain(analysis.summary)}`,
    ...FACETS.flatMap(({ key, title }) => {
      const notes = analysis[key];
      return notes.length === 0
        ? [`  ${title}: not touched`]
        : [`  ${title}:`, ...notes.map((note) => `    - ${plain(note)}`)];
    }),
  ];
}

/** The plan as the charter shows one: groups that may run side by side, then who does what after what. */
export function planLines({ tasks }: Pick<Plan, 'tasks'>): readonly string[] {
  const stages = planStages(tasks);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const width = Math.max(...tasks.map((task) => mention(task.specialist).length));
  return [
    `Plan: ${count(tasks.length, 'task')} in ${count(stages.length, 'group')}`,
    ...stages.flatMap((stage) => {
      const after = stage.after.length === 0 ? '' : ` after ${stage.after.join(', ')}`;
      return [
        `  Group ${String(stage.number)} (${stage.kind})${after}`,
        ...stage.tasks.flatMap((id) => {
          const task = byId.get(id);
          if (task === undefined) return [];
          const who = pad(mention(task.specialist), width);
          return [`    ${id} ${who} ${pad(task.priority, 8)} ${plain(task.title)}`];
        }),
      ];
    }),
  ];
}

/** What it is likely to cost and take, and on what that stands. */
export function estimateLines(estimate: Estimated, input: ObjectiveInput): readonly string[] {
  const { byRole, tokens, usd, durationMs, criticalPath } = estimate;
  const offline = input.model.kind === 'offline';
  const rows = byRole.map((row) => [
    mention(row.role),
    offline ? 'offline' : `${row.model}, ${row.effort}`,
    row.tasks === 0 ? '-' : String(row.tasks),
    row.tasks === 0 ? '-' : `~${row.attempts.toFixed(1)}`,
    tokenRange(row.tokens),
    row.usd === null ? '-' : usdRange(row.usd),
  ]);
  const together = ['together', '', '', '', tokenRange(tokens), usd === null ? '-' : usdRange(usd)];
  const { budgetUsd } = input.options;
  return [
    `Critical path: ${criticalPath.join(' -> ')}`,
    `Estimate ${standing(estimate)}`,
    ...table([['role', 'thinks with', 'tasks', 'attempts', 'tokens', 'USD'], ...rows, together]),
    ...(offline ? ['The offline model charges nothing; its tokens are estimates.'] : []),
    ...(usd !== null && budgetUsd !== null && usd.high > budgetUsd
      ? [`The upper end lies above the budget of ${budgetUsd.toFixed(2)} USD; it would stop there and ask.`]
      : []),
    durationMs === null
      ? 'Duration: no forecast; no objective of this home was built with this model yet.'
      : `Duration: ${formatDuration(durationMs.low)} to ${formatDuration(durationMs.high)}, without waiting for people.`,
  ];
}

function standing({ source, from, rough }: Estimated): string {
  const measured = `${count(from.tasks, 'task')} of ${count(from.objectives, 'objective')}`;
  const middle = 'the middle half of what was measured';
  if (source === 'home') return `(${middle}: ${measured} in this home)`;
  return rough
    ? `(rough: figures of ${measured} the offline model built, whose tokens are estimates; Claude was not measured)`
    : `(${middle}: ${measured} of the bundled playbooks)`;
}

/** What the dry run itself used. */
export function usageLine(usage: Usage, model: ModelChoice): string {
  const tokens = `${count(usage.requests, 'request')}, about ${roundTokens(totalTokens(usage))} tokens`;
  if (model.kind === 'offline') return `This dry run used ${tokens}; nothing is charged.`;
  return usage.usd === null
    ? `This dry run used ${tokens}; the model has no list price.`
    : `This dry run cost ${usage.usd.toFixed(4)} USD (${tokens}).`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const [first = []] = rows;
  const widths = first.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

function tokenRange({ low, high }: NumberSpread): string {
  return `${roundTokens(low)} - ${roundTokens(high)}`;
}

/** Two digits that count; more would say more than is known. */
function roundTokens(tokens: number): string {
  const rounded = tokens === 0 ? 0 : Number(tokens.toPrecision(2));
  if (rounded >= 1e6) return `${String(Number((rounded / 1e6).toPrecision(2)))}M`;
  return rounded >= 1000 ? `${String(Math.round(rounded / 1000))}k` : String(Math.round(rounded));
}

function usdRange({ low, high }: NumberSpread): string {
  const show = (usd: number): string => (usd < 0.01 && usd > 0 ? '<0.01' : usd.toFixed(2));
  return `${show(low)} - ${show(high)}`;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

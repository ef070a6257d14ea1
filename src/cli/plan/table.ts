import type { ObjectiveStatus, TaskStatus } from '../../domain/objective/status';
import { mention } from '../../domain/department/specialists';
import { cut, pad, plain } from '../live/text';
import { shortId } from './plan-at-hand';

interface Column {
  readonly title: string;
  readonly cell: (task: TaskStatus) => string;
  readonly most: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'Task', cell: ({ id }) => shortId(id), most: 7 },
  { title: 'Specialist', cell: ({ specialist }) => mention(specialist), most: 19 },
  { title: 'State', cell: ({ state }) => state, most: 9 },
  { title: 'After', cell: ({ dependsOn }) => dependsOn.map(shortId).join(','), most: 15 },
];
const BUDGET: Column = {
  title: 'USD',
  cell: ({ budgetUsd }) => (budgetUsd === undefined ? '' : String(budgetUsd)),
  most: 7,
};
const GAP = '  ';
const LEAST_TITLE = 16;

/**
 * The plan as a table, group by group as the charter shows one.
 * @param columns characters a line may have; null: as many as it takes
 */
export function planTable(status: Pick<ObjectiveStatus, 'tasks'>, columns: number | null): readonly string[] {
  const { tasks } = status;
  const shown = tasks.some((task) => task.budgetUsd !== undefined) ? [...COLUMNS, BUDGET] : COLUMNS;
  const widths = shown.map(({ title, cell, most }) => {
    const widest = Math.max(title.length, ...tasks.map((task) => plain(cell(task)).length));
    return columns === null ? widest : Math.min(most, widest);
  });
  const row = (cells: readonly string[], title: string): string => {
    const fixed = cells.map((cell, index) => pad(cell, widths[index] ?? 0)).join(GAP);
    const left = columns === null ? Infinity : Math.max(LEAST_TITLE, columns - fixed.length - GAP.length);
    const line = `${fixed}${GAP}${cut(title, left)}`.trimEnd();
    return columns === null ? line : cut(line, columns);
  };
  const groups = [...new Set(tasks.map((task) => task.group))].sort((a, b) => a - b);
  return [
    row(
      shown.map(({ title }) => title),
      'Title',
    ),
    ...groups.flatMap((group) => [
      `Group ${String(group)}`,
      ...tasks
        .filter((task) => task.group === group)
        .map((task) =>
          row(
            shown.map(({ cell }) => plain(cell(task))),
            plain(task.title),
          ),
        ),
    ]),
  ];
}

import type { Level } from '../department/levels';
import { markdownText } from '../common/markdown-text';
import type { TaskId } from './plan';
import { mention } from '../department/specialists';
import type { TaskState } from '../department/states';

export interface PlanRow {
  readonly id: TaskId;
  readonly title: string;
  readonly specialist: string;
  readonly state: TaskState;
  readonly level: Level;
  readonly dependsOn: readonly TaskId[];
  /** What it does at this moment; empty when nothing. */
  readonly doing: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

const COLUMNS: readonly { readonly title: string; readonly cell: (row: PlanRow) => string }[] = [
  { title: 'Task', cell: (row) => `${row.id} ${row.title}` },
  { title: 'Specialist', cell: (row) => mention(row.specialist) },
  { title: 'State', cell: (row) => row.state },
  { title: 'Since', cell: since },
  { title: 'Level', cell: (row) => `L${row.level}` },
  { title: 'Depends on', cell: (row) => row.dependsOn.join(', ') },
  { title: 'Doing', cell: (row) => row.doing },
];

/** Time of day, UTC, at which it began, or was settled; the date stands above the table. */
function since({ startedAt, endedAt }: PlanRow): string {
  return (endedAt ?? startedAt ?? '').slice(11, 19);
}

/** The plan as a Markdown table with a header line. The Web UI shows fenced code empty, so there is none. */
export function planMarkdown(tasks: readonly PlanRow[]): string {
  const rows = tasks.map((row) => COLUMNS.map((column) => markdownText(column.cell(row))));
  const table = [COLUMNS.map((column) => column.title), COLUMNS.map(() => '---'), ...rows];
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

import type { TaskId } from '../../domain/plan/plan';
import { mention } from '../../domain/department/specialists';
import type { TaskStatus } from '../../domain/objective/status';
import { topologicalOrder } from '../../domain/plan/task-graph';
import { cut, plain } from '../live/text';
import { shortId } from './plan-at-hand';

type Shown = Pick<TaskStatus, 'id' | 'title' | 'specialist' | 'state' | 'dependsOn' | 'group'>;

/** Lanes beyond these are not drawn: a terminal has few columns, and what a task waits for is told in words too. */
const MOST_LANES = 20;

/**
 * The dependencies of a plan as lanes that run downwards: each task is a dot, a lane leaves it for as long as others wait
 * for it, and joins those who do.
 * @param columns characters a line may have; null: as many as it takes
 */
export function planGraph(tasks: readonly Shown[], columns: number | null): readonly string[] {
  const order = topologicalOrder(tasks);
  const known = new Set(order.map(({ id }) => id));
  const dependencies = ({ dependsOn }: Shown): readonly TaskId[] =>
    [...new Set(dependsOn)].filter((id) => known.has(id));
  const waiting = new Map<TaskId, number>();
  for (const id of order.flatMap(dependencies)) waiting.set(id, (waiting.get(id) ?? 0) + 1);
  const lanes: (TaskId | null)[] = [];
  const rows: { readonly drawing: string; readonly task: Shown | null }[] = [];
  for (const task of order) {
    const joined = new Set(dependencies(task).map((id) => lanes.indexOf(id)));
    for (const id of dependencies(task)) waiting.set(id, (waiting.get(id) ?? 1) - 1);
    const isDone = (lane: number): boolean => (waiting.get(lanes[lane] ?? '') ?? 0) === 0;
    const own = laneFor(lanes, joined, isDone);
    if (joined.size > 0 && !(joined.size === 1 && joined.has(own)))
      rows.push({ drawing: drawJoin(lanes, joined, own, isDone), task: null });
    for (const lane of joined) if (isDone(lane)) lanes[lane] = null;
    lanes[own] = task.id;
    rows.push({ drawing: drawTask(lanes, own), task });
    if (!waiting.has(task.id)) lanes[own] = null;
    while (lanes.at(-1) === null) lanes.pop();
  }
  const width = Math.max(0, ...rows.map(({ drawing }) => drawing.length));
  return rows.map(({ drawing, task }) => {
    const line = `${drawing.padEnd(width)}  ${task === null ? '' : label(task)}`.trimEnd();
    return columns === null ? line : cut(line, columns);
  });
}

/** The lane of a dependency that nobody else waits for, else a free one, else a new one. */
function laneFor(
  lanes: readonly (TaskId | null)[],
  joined: ReadonlySet<number>,
  isDone: (lane: number) => boolean,
): number {
  const ending = [...joined].filter(isDone).sort((a, b) => a - b);
  const free = lanes.indexOf(null);
  return ending[0] ?? (free < 0 ? lanes.length : free);
}

function drawTask(lanes: readonly (TaskId | null)[], own: number): string {
  return lanes
    .map((lane, index) => (index === own ? '●' : lane === null ? ' ' : '│'))
    .slice(0, MOST_LANES)
    .join(' ');
}

/** Which sides of a place a line leaves it by, and the sign for that. */
const SIGNS: Readonly<Record<string, string>> = {
  'up down': '│',
  'left right': '─',
  'up left': '╯',
  'up right': '╰',
  'down left': '╮',
  'down right': '╭',
  'up down left': '┤',
  'up down right': '├',
  'up left right': '┴',
  'down left right': '┬',
  'up down left right': '┼',
};

function drawJoin(
  lanes: readonly (TaskId | null)[],
  joined: ReadonlySet<number>,
  own: number,
  isDone: (lane: number) => boolean,
): string {
  const from = Math.min(own, ...joined);
  const to = Math.max(own, ...joined);
  const count = Math.min(MOST_LANES, Math.max(lanes.length, own + 1));
  const places = Array.from({ length: count }, (_, lane) => {
    const inside = lane >= from && lane <= to;
    const open = lanes[lane] !== undefined && lanes[lane] !== null;
    const meets = joined.has(lane) || lane === own;
    // A lane that has nothing to do with it goes over the line.
    if (!meets && open) return '│';
    const sides = [
      open ? 'up' : '',
      lane === own || (open && !(joined.has(lane) && isDone(lane))) ? 'down' : '',
      inside && lane > from ? 'left' : '',
      inside && lane < to ? 'right' : '',
    ].filter((side) => side !== '');
    return SIGNS[sides.join(' ')] ?? ' ';
  });
  return places
    .map((place, lane) => (lane === 0 ? place : `${lane > from && lane <= to ? '─' : ' '}${place}`))
    .join('');
}

function label({ id, specialist, state, title, dependsOn }: Shown): string {
  const after = dependsOn.length === 0 ? '' : ` ← ${dependsOn.map(shortId).join(',')}`;
  return `${shortId(id)} ${mention(specialist)} ${state}${after} · ${plain(title)}`;
}

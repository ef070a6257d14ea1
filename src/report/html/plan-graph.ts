import { html, type Html } from '../../html/html';
import type { Report } from '../../domain/objective/report';
import { mention } from '../../domain/department/specialists';

const NODE = { width: 210, height: 58, gapX: 46, gapY: 14 } as const;
const TITLE_CHARACTERS = 30;

type Task = Pick<Report['tasks'][number], 'id' | 'title' | 'specialist' | 'state' | 'group' | 'dependsOn'>;

/** The plan as a graph: a column for each parallel group, an arrow from each task to those that wait for it. */
export function renderPlanGraph(tasks: readonly Task[]): Html {
  const places = placeTasks(tasks);
  const columns = Math.max(1, ...tasks.map(({ group }) => group));
  const rows = Math.max(1, ...[...places.values()].map(({ row }) => row + 1));
  const width = columns * (NODE.width + NODE.gapX) - NODE.gapX + 2;
  const height = rows * (NODE.height + NODE.gapY) - NODE.gapY + 2;
  const label = `Plan of ${String(tasks.length)} tasks in ${String(columns)} groups`;
  return html`<div class="scroll" id="region-graph" tabindex="0" role="region" aria-label="Graph of the plan">
    <svg
      role="img"
      aria-label="${label}"
      width="${width}"
      height="${height}"
      viewBox="0 0 ${width} ${height}"
    >
      ${tasks.flatMap((task) => task.dependsOn.map((before) => renderEdge(places.get(before), places.get(task.id))))}
      ${tasks.map((task) => renderNode(task, places.get(task.id)))}
    </svg>
  </div>`;
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly row: number;
}

function placeTasks(tasks: readonly Task[]): Map<string, Placed> {
  const used = new Map<number, number>();
  return new Map(
    tasks.map(({ id, group }) => {
      const row = used.get(group) ?? 0;
      used.set(group, row + 1);
      return [
        id,
        { row, x: (group - 1) * (NODE.width + NODE.gapX) + 1, y: row * (NODE.height + NODE.gapY) + 1 },
      ];
    }),
  );
}

function renderEdge(from: Placed | undefined, to: Placed | undefined): Html | string {
  if (from === undefined || to === undefined) return '';
  const start = { x: from.x + NODE.width, y: from.y + NODE.height / 2 };
  const end = { x: to.x, y: to.y + NODE.height / 2 };
  const bend = Math.max(20, (end.x - start.x) / 2);
  const path = `M${String(start.x)} ${String(start.y)} C${String(start.x + bend)} ${String(start.y)} ${String(end.x - bend)} ${String(end.y)} ${String(end.x)} ${String(end.y)}`;
  return html`<path class="edge" d="${path}" />`;
}

function renderNode(task: Task, place: Placed | undefined): Html | string {
  if (place === undefined) return '';
  const title =
    task.title.length > TITLE_CHARACTERS ? `${task.title.slice(0, TITLE_CHARACTERS - 1)}…` : task.title;
  return html`<g>
    <title>${task.id}: ${task.title}</title>
    <rect class="node" x="${place.x}" y="${place.y}" width="${NODE.width}" height="${NODE.height}" rx="6" />
    <text x="${place.x + 10}" y="${place.y + 18}">${task.id} · ${task.state}</text>
    <text x="${place.x + 10}" y="${place.y + 34}">${title}</text>
    <text class="muted" x="${place.x + 10}" y="${place.y + 50}">${mention(task.specialist)}</text>
  </g>`;
}

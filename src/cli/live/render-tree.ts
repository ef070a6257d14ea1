import type { ObjectiveStatus, TaskStatus } from '../../domain/status';
import type { TaskState } from '../../domain/states';
import { mention } from '../../domain/specialists';
import { modelLabel } from '../../domain/model-label';
import { byName, type CallForm } from '../../config/call-form';
import type { Colours } from '../terminal';
import { answerCommand } from './questions';
import { cut, formatDuration, pad, plain } from './text';

export interface TreeView {
  readonly columns: number;
  /** Lines there are; left out: as many as it takes. */
  readonly rows?: number;
  readonly paint: Colours;
  /** Deep link to the workflow, null where the server has no Web UI we know of. */
  readonly uiUrl: string | null;
  /** Commands as they can be run here. */
  readonly call?: CallForm;
}

const SYMBOLS: Readonly<Record<TaskState, { readonly symbol: string; readonly colour: keyof Colours }>> = {
  pending: { symbol: '·', colour: 'dim' },
  ready: { symbol: '○', colour: 'dim' },
  running: { symbol: '●', colour: 'cyan' },
  suspended: { symbol: '◐', colour: 'yellow' },
  gating: { symbol: '◆', colour: 'blue' },
  merging: { symbol: '⇥', colour: 'blue' },
  merged: { symbol: '✔', colour: 'green' },
  waived: { symbol: '≈', colour: 'yellow' },
  skipped: { symbol: '–', colour: 'dim' },
  failed: { symbol: '✖', colour: 'red' },
};

/** The live view of one snapshot: header, the plan as a tree by parallel groups, open questions. */
export function renderTree(status: ObjectiveStatus, view: TreeView): string {
  const { paint } = view;
  const width = Math.max(40, view.columns);
  const lines = [
    paint.bold(cut(plain(status.objective), width)),
    paint.dim(cut(headline(status), width)),
    paint.dim(cut(modelLabel(status.model), width)),
    ...(view.uiUrl === null
      ? []
      : [paint.dim(`Web UI  ${fittingAddress(view.uiUrl, view.rows === undefined ? Infinity : width - 8)}`)]),
    '',
  ];
  const questions = questionLines(status, width, view);
  const left = view.rows === undefined ? Infinity : view.rows - lines.length - heightOf(questions, width) - 1;
  return [...lines, ...taskLines(status, { width, rows: left, paint }), ...questions].join('\n');
}

// Redrawn lines are broken at the width, and a broken address can neither be clicked nor copied; the server's own
// leads there too.
function fittingAddress(url: string, width: number): string {
  return url.length <= width ? url : new URL(url).origin;
}

function heightOf(lines: readonly string[], width: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil([...plain(line)].length / width)), 0);
}

function headline(status: ObjectiveStatus): string {
  const elapsed = formatDuration(Date.parse(status.now) - Date.parse(status.startedAt));
  const settled = status.tasks.filter((task) => task.state === 'merged' || task.state === 'waived').length;
  const parts = [status.objectiveId, status.state, elapsed];
  if (status.tasks.length > 0) parts.push(`${String(settled)}/${String(status.tasks.length)} merged`);
  if (status.usage.usd !== null) parts.push(`${status.usage.usd.toFixed(2)} USD`);
  if (status.sandbox !== null) parts.push(`sandbox: ${status.sandbox}`);
  return parts.join(' · ');
}

interface Space {
  readonly width: number;
  readonly rows: number;
  readonly paint: Colours;
}

/** The plan by its groups; without their headings, then only its moving part, where the screen is too low. */
function taskLines(status: ObjectiveStatus, space: Space): readonly string[] {
  const { width, rows, paint } = space;
  if (status.tasks.length === 0) {
    return [paint.dim(cut(plain(status.events.at(-1)?.text ?? 'waiting for a worker'), width))];
  }
  const groups = [...new Set(status.tasks.map((task) => task.group))].sort((a, b) => a - b);
  const now = Date.parse(status.now);
  if (status.tasks.length > rows) return movingTasks(status, space);
  if (status.tasks.length + groups.length > rows) {
    return status.tasks.map((task) => taskLine(task, now, width, paint));
  }
  return groups.flatMap((group) => {
    const tasks = status.tasks.filter((task) => task.group === group);
    return [
      paint.dim(`Group ${String(group)}`),
      ...tasks.map((task, index) => {
        const branch = index === tasks.length - 1 ? '└─' : '├─';
        return `${paint.dim(branch)} ${taskLine(task, now, width - 3, paint)}`;
      }),
    ];
  });
}

const IS_MOVING: ReadonlySet<TaskState> = new Set(['running', 'suspended', 'gating', 'merging', 'failed']);

function movingTasks(status: ObjectiveStatus, { width, rows, paint }: Space): readonly string[] {
  const now = Date.parse(status.now);
  const shown = status.tasks.filter((task) => IS_MOVING.has(task.state)).slice(0, Math.max(1, rows - 1));
  const others = status.tasks.filter((task) => !shown.includes(task)).map((task) => task.state);
  const counts = [...new Set(others)].map(
    (state) => `${String(others.filter((other) => other === state).length)} ${state}`,
  );
  return [
    ...shown.map((task) => taskLine(task, now, width, paint)),
    paint.dim(cut(`… ${counts.join(', ')}`, width)),
  ];
}

function taskLine(task: TaskStatus, now: number, width: number, paint: Colours): string {
  const { symbol, colour } = SYMBOLS[task.state];
  const started = task.startedAt === null ? null : Date.parse(task.startedAt);
  const ended = task.endedAt === null ? now : Date.parse(task.endedAt);
  const elapsed = started === null ? '' : formatDuration(ended - started);
  const level = task.level === 0 ? '  ' : `L${String(task.level)}`;
  const fixed = [
    task.id,
    pad(mention(task.specialist), 20),
    pad(task.state, 9),
    level,
    elapsed.padStart(6),
  ].join(' ');
  const rest = width - 2 - [...fixed].length - 2;
  const doing = task.doing === '' ? task.title : task.doing;
  const words = rest < 8 ? '' : `  ${cut(plain(doing), rest)}`;
  return `${paintWith(paint, colour, symbol)} ${cut(fixed, width - 2)}${paint.dim(words)}`;
}

function paintWith(paint: Colours, colour: keyof Colours, text: string): string {
  const painter = paint[colour];
  return typeof painter === 'function' ? painter(text) : text;
}

function questionLines(status: ObjectiveStatus, width: number, view: TreeView): readonly string[] {
  const { paint, call = byName } = view;
  return status.escalations.flatMap((escalation) => [
    '',
    paint.yellow(cut(`? ${escalation.id}  ${plain(escalation.question)}`, width)),
    // Never cut: it is there to be copied.
    paint.dim(`  ${answerCommand(status.objectiveId, escalation, call)}`),
  ]);
}

import type { ObjectiveStatus, TaskStatus } from '../../domain/objective/status';
import type { TaskState } from '../../domain/department/states';
import { awaitedContracts } from '../../domain/contract/contract-status';
import { prospects } from '../../domain/escalation/for-whom';
import { mention } from '../../domain/department/specialists';
import type { Usage } from '../../domain/usage/usage';
import { modelLabel } from '../../domain/usage/model-label';
import { byName, type CallForm } from '../../config/call-form';
import type { Colours } from '../terminal';
import { openQuestions, type OpenQuestion } from './open-questions';
import { answerCommand } from './questions';
import { cut, formatCount, formatDuration, pad, plain, withoutColours } from './text';
import { widthOf } from './width';

export interface TreeView {
  readonly columns: number;
  /** Lines there are; left out: as many as it takes. */
  readonly rows?: number;
  readonly paint: Colours;
  /** Deep link to the workflow, null where the server has no Web UI we know of. */
  readonly uiUrl: string | null;
  /** Commands as they can be run here. */
  readonly call?: CallForm;
  /** Lines below everything: what the keys do. */
  readonly keys?: readonly string[];
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
    paint.dim(cut(plain(headline(status)), width)),
    paint.dim(cut(plain(modelLabel(status.model)), width)),
    ...(view.uiUrl === null
      ? []
      : [paint.dim(`Web UI  ${fittingAddress(view.uiUrl, view.rows === undefined ? Infinity : width - 8)}`)]),
    '',
  ];
  const questions = [
    ...questionLines(status, width, view),
    ...(view.keys === undefined || view.keys.length === 0
      ? []
      : ['', ...view.keys.map((line) => paint.dim(line))]),
  ];
  const left = view.rows === undefined ? Infinity : view.rows - lines.length - heightOf(questions, width) - 1;
  return [...lines, ...taskLines(status, { width, rows: left, paint }), ...questions].join('\n');
}

// Redrawn lines are broken at the width, and a broken address can neither be clicked nor copied; the server's own
// leads there too.
function fittingAddress(url: string, width: number): string {
  return url.length <= width ? url : new URL(url).origin;
}

/** Lines of a terminal that these take, broken at its width. */
export function heightOf(lines: readonly string[], width: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(withoutColours(line)) / width)), 0);
}

function headline(status: ObjectiveStatus): string {
  const elapsed = formatDuration(Date.parse(status.now) - Date.parse(status.startedAt));
  const settled = status.tasks.filter((task) => task.state === 'merged' || task.state === 'waived').length;
  const parts = [status.objectiveId, status.state, elapsed];
  if (status.tasks.length > 0) parts.push(`${String(settled)}/${String(status.tasks.length)} merged`);
  if (status.usage.usd !== null) parts.push(`${status.usage.usd.toFixed(2)} USD`);
  if (tokensOf(status.usage) > 0) parts.push(`${formatCount(tokensOf(status.usage))} tokens`);
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
  const row = rowSpace(status, width, paint);
  if (status.tasks.length > rows) return movingTasks(status, space);
  if (status.tasks.length + groups.length > rows) {
    return status.tasks.map((task) => taskLine(task, row));
  }
  return groups.flatMap((group) => {
    const tasks = status.tasks.filter((task) => task.group === group);
    return [
      paint.dim(`Group ${String(group)}`),
      ...tasks.map((task, index) => {
        const branch = index === tasks.length - 1 ? '└─' : '├─';
        return `${paint.dim(branch)} ${taskLine(task, { ...row, width: width - 3 })}`;
      }),
    ];
  });
}

const IS_MOVING: ReadonlySet<TaskState> = new Set(['running', 'suspended', 'gating', 'merging', 'failed']);

function movingTasks(status: ObjectiveStatus, { width, rows, paint }: Space): readonly string[] {
  const row = rowSpace(status, width, paint);
  const shown = status.tasks.filter((task) => IS_MOVING.has(task.state)).slice(0, Math.max(1, rows - 1));
  const others = status.tasks.filter((task) => !shown.includes(task)).map((task) => task.state);
  const counts = [...new Set(others)].map(
    (state) => `${String(others.filter((other) => other === state).length)} ${state}`,
  );
  return [...shown.map((task) => taskLine(task, row)), paint.dim(cut(`… ${counts.join(', ')}`, width))];
}

/** What the rows of one snapshot have in common. */
interface RowSpace {
  readonly now: number;
  readonly width: number;
  readonly paint: Colours;
  /** Tasks whose work is there to build on. */
  readonly integrated: ReadonlySet<string>;
  /** Open questions by their ids, each with whom it is for. */
  readonly asked: ReadonlyMap<string, string>;
  /** Whom reviews of contracts are for. */
  readonly reviewer: string;
  readonly showTokens: boolean;
  readonly showMoney: boolean;
}

/** Columns from which tokens, and money beside them, leave words enough. */
const TOKENS_FROM = 76;
const MONEY_FROM = 90;

function rowSpace(status: ObjectiveStatus, width: number, paint: Colours): RowSpace {
  const { tasks, escalations, reviewers } = status;
  return {
    now: Date.parse(status.now),
    width,
    paint,
    integrated: new Set(
      tasks.filter(({ state }) => state === 'merged' || state === 'waived').map(({ id }) => id),
    ),
    asked: new Map(escalations.map(({ id, for: who }) => [id, who ?? 'you'])),
    reviewer: reviewers?.contract ?? 'you',
    showTokens: width >= TOKENS_FROM && tasks.some(({ usage }) => tokensOf(usage) > 0),
    showMoney: width >= MONEY_FROM && tasks.some(({ usage }) => usage.usd !== null),
  };
}

function taskLine(task: TaskStatus, space: RowSpace): string {
  const { now, width, paint } = space;
  const { symbol, colour } = SYMBOLS[task.state];
  const started = task.startedAt === null ? null : Date.parse(task.startedAt);
  const ended = task.endedAt === null ? now : Date.parse(task.endedAt);
  const elapsed = started === null ? '' : formatDuration(ended - started);
  const level = task.level === 0 ? '  ' : `L${String(task.level)}`;
  const tokens = tokensOf(task.usage);
  const { usd } = task.usage;
  const fixed = [
    task.id,
    pad(mention(task.specialist), 20),
    pad(task.state, 9),
    level,
    elapsed.padStart(6),
    ...(space.showTokens ? [(tokens === 0 ? '' : formatCount(tokens)).padStart(5)] : []),
    ...(space.showMoney ? [(usd === null ? '' : `$${usd.toFixed(2)}`).padStart(6)] : []),
  ].join(' ');
  const rest = width - 2 - widthOf(fixed) - 2;
  const words = rest < 8 ? '' : `  ${cut(plain(wordsOf(task, space)), rest)}`;
  return `${paintWith(paint, colour, symbol)} ${cut(fixed, width - 2)}${paint.dim(words)}`;
}

/** What a task waits for, else what it does, else what it is. */
function wordsOf(task: TaskStatus, { integrated, asked, reviewer }: RowSpace): string {
  const { waitingFor } = task;
  const who = waitingFor === null ? undefined : asked.get(waitingFor);
  if (waitingFor !== null && who !== undefined) return `waits for ${who}: ${waitingFor}`;
  const contract = awaitedContracts([task])[0];
  if (contract !== undefined) return `waits for ${reviewer}: contract ${contract}`;
  if (task.doing !== '') return task.doing;
  const before = task.state === 'pending' ? task.dependsOn.filter((id) => !integrated.has(id)) : [];
  return before.length === 0 ? task.title : `waits for ${before.join(', ')}`;
}

function tokensOf({ input, output, cacheRead, cacheWrite }: Usage): number {
  return input + output + cacheRead + cacheWrite;
}

function paintWith(paint: Colours, colour: keyof Colours, text: string): string {
  const painter = paint[colour];
  return typeof painter === 'function' ? painter(text) : text;
}

function questionLines(status: ObjectiveStatus, width: number, view: TreeView): readonly string[] {
  const { paint, call = byName } = view;
  return openQuestions(status).flatMap((question) => {
    const { text, command } = questionLine(status, question, call);
    const more = question.kind === 'escalation' ? prospects(question.escalation) : [];
    return [
      '',
      paint.yellow(cut(`? ${plain(text)}`, width)),
      ...more.map((line) => paint.dim(cut(`  ${plain(line)}`, width))),
      // Never cut: it is there to be copied.
      paint.dim(`  ${command}`),
    ];
  });
}

function questionLine(
  { objectiveId, tasks }: ObjectiveStatus,
  question: OpenQuestion,
  call: CallForm,
): { readonly text: string; readonly command: string } {
  switch (question.kind) {
    case 'escalation': {
      const { escalation } = question;
      const text = `${escalation.id}  ${escalation.question}`;
      return { text, command: answerCommand(objectiveId, escalation, call) };
    }
    case 'plan': {
      const text = `The plan of ${String(tasks.length)} tasks waits for approval.`;
      return { text, command: call(`plan ${objectiveId} approve`) };
    }
    case 'contract': {
      const { name } = question.contract;
      const text = `Contract ${name} waits to be reviewed.`;
      return { text, command: call(`contract ${objectiveId} ${name} --approve`) };
    }
  }
}

import { PlanTask, type Plan } from './plan';
import { mention } from '../department/specialists';

const KEYS = Object.keys(PlanTask.shape) as readonly (keyof PlanTask)[];

/** What one plan has that another does not, a line each, tasks by their ids. */
export function describeDifference(before: Plan, after: Plan): string[] {
  const old = new Map(before.tasks.map((task) => [task.id, task]));
  const kept = new Set(after.tasks.map((task) => task.id));
  return [
    ...(before.summary === after.summary ? [] : ['the summary is another']),
    ...before.tasks.filter(({ id }) => !kept.has(id)).map(({ id, title }) => `${id} dropped: ${title}`),
    ...after.tasks.flatMap((task) => {
      const was = old.get(task.id);
      return was === undefined
        ? [`${task.id} added for ${mention(task.specialist)}: ${task.title}`]
        : changesOf(was, task);
    }),
  ];
}

function changesOf(was: PlanTask, is: PlanTask): string[] {
  return KEYS.filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key])).map(
    (key) => `${is.id} ${key}: ${short(was[key])} → ${short(is[key])}`,
  );
}

/** Long texts are not repeated: which key it is says where to look. */
function short(value: unknown): string {
  if (value === undefined) return 'none';
  const text = Array.isArray(value)
    ? value.join(', ')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  return text === '' ? 'none' : text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

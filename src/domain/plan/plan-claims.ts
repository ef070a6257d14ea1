import { claimBase } from './path-claims';
import type { PlanTask } from './plan';
import type { TaskClaim } from '../coordination/repository-claims';

/** Most paths an objective claims; what is more is claimed by folders, which holds more than needed and never less. */
const MOST_PATHS = 400;
const DEEPEST = 8;
const MOST_NAMES = 100;

/** `GET /orders/{id}` with nameless parameters, since their names are the server's own business. */
export function endpointKey(endpoint: string): string {
  return endpoint.replace(/\{[^}]*\}|:[A-Za-z_]\w*/g, '{}').replace(/(?<=\S)\/$/, '');
}

/** A table without quotes and the default schema, in lower case. */
export function tableKey(table: string): string {
  return table
    .replace(/["'`[\]]/g, '')
    .trim()
    .toLowerCase()
    .replace(/^public\./, '');
}

const ENDPOINT = /\b(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+`?(\/[^\s`'",;)?#]*)/g;
const NAME = String.raw`[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?`;
/** Only what is unmistakably a name: quoted, in SQL, or of several words joined by underscores. */
const TABLES: readonly RegExp[] = [
  new RegExp(
    String.raw`\b(?:create|alter|drop|truncate)\s+table\s+(?:if\s+(?:not\s+)?exists\s+)?["\`]?(${NAME})`,
    'gi',
  ),
  new RegExp(String.raw`\btables?:?\s+["'\`](${NAME})["'\`]`, 'gi'),
  new RegExp(String.raw`["'\`](${NAME})["'\`]\s+tables?\b`, 'gi'),
  /\btables?:?\s+([a-z]+(?:_[a-z0-9]+)+)\b/gi,
  /\b([a-z]+(?:_[a-z0-9]+)+)\s+tables?\b/gi,
];

/** What each task of a plan holds of its repository: its own paths, and what a schema or contract task names. */
export function planClaims(tasks: readonly PlanTask[]): TaskClaim[] {
  const fold = foldOf(tasks);
  return tasks
    .map((task) => ({
      taskId: task.id,
      paths: fold(task.owns),
      tables: task.kind === 'schema' ? tablesOf(task) : [],
      endpoints: task.kind === 'contract' ? endpointsOf(task) : [],
    }))
    .filter(({ paths, tables, endpoints }) => paths.length + tables.length + endpoints.length > 0);
}

function textOf(task: PlanTask): string {
  const { apiSpecifications, databaseSchema } = task.context;
  return [
    task.title,
    task.objective,
    ...task.requirements,
    ...task.acceptanceCriteria,
    ...task.expectedOutput,
    ...(task.kind === 'contract' ? apiSpecifications : databaseSchema),
  ].join('\n');
}

function tablesOf(task: PlanTask): string[] {
  const text = textOf(task);
  const names = TABLES.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  return few(names.map(tableKey));
}

function endpointsOf(task: PlanTask): string[] {
  const found = [...textOf(task).matchAll(ENDPOINT)];
  return few(
    found.map((match) => endpointKey(`${match[1] ?? ''} ${(match[2] ?? '').replace(/[.:]+$/, '')}`)),
  );
}

const few = (names: readonly string[]): string[] =>
  [...new Set(names)].filter((name) => name !== '' && name.length <= 200).slice(0, MOST_NAMES);

/** Cuts paths to as many levels as leave few enough of them. */
function foldOf(tasks: readonly PlanTask[]): (paths: readonly string[]) => string[] {
  const at =
    (depth: number) =>
    (paths: readonly string[]): string[] => [...new Set(paths.map((path) => cutAt(path, depth)))];
  const count = (fold: (paths: readonly string[]) => string[]): number =>
    tasks.reduce((sum, task) => sum + fold(task.owns).length, 0);
  const whole = (paths: readonly string[]): string[] => [...new Set(paths)];
  if (count(whole) <= MOST_PATHS) return whole;
  for (let depth = DEEPEST; depth > 1; depth -= 1) if (count(at(depth)) <= MOST_PATHS) return at(depth);
  return at(1);
}

function cutAt(path: string, depth: number): string {
  const parts = claimBase(path).split('/');
  return parts.length <= depth ? path : `${parts.slice(0, depth).join('/')}/**`;
}

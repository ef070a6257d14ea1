import type { BreakingChange } from '../contract/breaking-change';
import type { EscalationOption } from './escalation';
import { hostsOf } from '../target/external-service';
import { describeFailure, redOf, restartAfter } from './failure-text';
import type { Forecast } from '../objective/forecast';
import type { ServiceTouch } from '../target/service-touch';
import type { Failure, Question, TaskProgress } from '../work/task-progress';

const short = (text: string): string => (text.length <= 2000 ? text : `${text.slice(0, 1999)}…`);

const LEAVE_OUT = {
  id: 'skip',
  label: 'Leave it out',
  consequence: 'This task and everything that depends on it is skipped.',
  decision: 'skip',
} as const;
const STOP = {
  id: 'abort',
  label: 'Stop the objective',
  consequence: 'What is merged so far stays on the branch; the report says aborted.',
  decision: 'abort',
} as const;

/** Another attempt at work that breaks something: what people choose from, and what the specialist is told. */
const WAYS = [
  {
    id: 'additive',
    label: 'Find a way that only adds',
    consequence: 'One more attempt, told what breaks; if something still does, you are asked again.',
    apiOnly: false,
    guidance: 'Find a way that only adds: keep what clients use, and keep the data.',
  },
  {
    id: 'deprecate',
    label: 'Keep the old and mark it deprecated',
    consequence:
      'One more attempt: what clients use stays as it is, marked as deprecated, and what replaces it is added beside it.',
    apiOnly: true,
    guidance:
      'Keep what clients use as it is, mark it as deprecated in the spec, and say there what replaces it; add the new beside it.',
  },
  {
    id: 'new-version',
    label: 'Make a new major version beside the old',
    consequence:
      'One more attempt: the version there is stays as it is, and what changes is served under a new one, e.g. /v2.',
    apiOnly: true,
    guidance:
      'Leave the version there is as it is, and put what changes under a new major version beside it, in the way the API names its versions (e.g. /v2).',
  },
] as const;

/** The ways out for what breaks; an API can also be versioned. */
function waysFor(breaking: readonly BreakingChange[]): EscalationOption[] {
  const isApi = breaking.some((change) => change.kind === 'api');
  return WAYS.filter(({ apiOnly }) => isApi || !apiOnly).map(({ id, label, consequence }) => {
    return { id, label, consequence, decision: 'retry' };
  });
}

/** The question when work takes away what clients use, or destroys data: the trigger `breaking-change`. */
export function questionOfBreaking(progress: TaskProgress, breaking: readonly BreakingChange[]): Question {
  const [first] = breaking;
  const what = first === undefined ? '' : `: ${first.what} (${first.where})`;
  return {
    reason: 'breaking-change',
    question: short(
      `${progress.task.id} "${progress.task.title}" breaks ` +
        `${breaking.length === 1 ? 'something others rely on' : `${breaking.length} things others rely on`}${what}. ` +
        'Shall it find a way that only adds?',
    ),
    evidence: breaking.map((change) => short(`[${change.kind}] ${change.where}: ${change.what}`)),
    recommendation: 'additive',
    findings: [],
    restart: { kind: 'continue' },
    resume: null,
    red: [],
    acceptable: true,
    breaking,
    options: [
      ...waysFor(breaking),
      {
        id: 'reassign',
        label: 'Give it to another specialist',
        consequence: 'The assignee starts anew from what is integrated, with your guidance.',
        decision: 'reassign',
      },
      {
        id: 'accept',
        label: 'Let it break',
        consequence:
          'The task goes on, and is not asked about these changes again; the delivery is marked as having waivers.',
        decision: 'accept',
      },
      LEAVE_OUT,
      STOP,
    ],
  };
}

/**
 * The question when work touches what another service owns or consumes: a table is the trigger
 * `database-design-conflict`, an endpoint or a contract `cross-service-conflict`. Tables are asked about first, each
 * kind in a question of its own. Letting it through also accepts that clients lose what it names.
 */
export function questionOfTouches(progress: TaskProgress, all: readonly ServiceTouch[]): Question {
  const tables = all.filter((touch) => touch.kind === 'table');
  const touches = tables.length > 0 ? tables : all;
  const breaking = progress.breaking.filter((change) =>
    touches.some((touch) => touch.where === change.where && touch.what === change.what),
  );
  const services = [...new Set(touches.map(({ service }) => service))].join(', ');
  const [first] = touches;
  const what = first === undefined ? '' : `: ${first.what} (${first.where})`;
  return {
    ...questionOfBreaking(progress, breaking),
    reason: tables.length > 0 ? 'database-design-conflict' : 'cross-service-conflict',
    question: short(
      `${progress.task.id} "${progress.task.title}" touches ` +
        `${tables.length > 0 ? 'tables' : 'endpoints or contracts'} of ${services}${what}. ` +
        'Shall it find a way that leaves them as they are?',
    ),
    evidence: touches.map((touch) => short(`[${touch.service}] ${touch.where}: ${touch.what}`)),
    touches,
  };
}

/** What a specialist is told when a human wants another way than one that breaks things: the one that was chosen. */
export function additiveGuidance(
  breaking: readonly { readonly where: string; readonly what: string }[],
  { option, guidance }: { readonly option: string | null; readonly guidance: string | null },
): string {
  const [additive] = WAYS;
  const chosen = WAYS.find(({ id }) => id === option) ?? additive;
  return [
    ...(guidance === null || chosen !== additive ? [chosen.guidance] : []),
    ...(guidance === null ? [] : [guidance]),
    `The work as it is breaks or touches:\n${breaking.map((change) => `- ${change.where}: ${change.what}`).join('\n')}`,
  ]
    .join('\n\n')
    .slice(0, 8000);
}

/** The question when work waits for a service outside the department. */
export function questionOfBlockedService(progress: TaskProgress, failure: Failure): Question {
  const hosts = hostsOf(failure);
  const red = redOf(failure);
  return {
    reason: 'external-service-blocked',
    question: short(
      `${progress.task.id} "${progress.task.title}" waits for ` +
        `${hosts.length === 0 ? 'a service outside the department' : `${hosts.join(', ')}, which cannot be reached`}. ` +
        `${describeFailure(failure)} How shall it go on?`,
    ),
    evidence: [
      ...hosts.map((host) => `${host} cannot be reached`),
      ...(red.length === 0 ? [describeFailure(failure)] : red.map((row) => `${row.subject}: ${row.excerpt}`)),
    ]
      .map(short)
      .slice(0, 10),
    recommendation: 'retry',
    findings: [],
    restart: restartAfter(failure),
    resume: null,
    red,
    acceptable: progress.commit !== null,
  };
}

const minutes = (ms: number): string => `${Math.max(1, Math.round(ms / 60_000))} min`;

/** The question when the forecast lies beyond the deadline: the trigger `timeline-concern`. */
export function questionOfDeadline(forecast: Forecast, deadline: string): Question {
  const late = Date.parse(forecast.finishAt) - Date.parse(deadline);
  return {
    reason: 'timeline-concern',
    question: short(
      `The objective is due ${deadline} and is forecast for ${forecast.finishAt}, ${minutes(late)} late. How shall it go on?`,
    ),
    evidence: [
      `Left: ${minutes(forecast.remainingMs)}, from how long settled tasks took.`,
      short(`Critical path: ${forecast.criticalPath.join(' → ') || 'the checks of the objective'}`),
    ],
    recommendation: 'late',
    findings: [],
    restart: { kind: 'continue' },
    resume: null,
    red: [],
    acceptable: true,
    options: [
      {
        id: 'late',
        label: 'Go on and be late',
        consequence:
          'Nothing is left out; you are asked again only if the forecast grows by more than a quarter.',
        decision: 'accept',
      },
      {
        id: 'drop',
        label: 'Leave out what is not begun',
        consequence: 'Tasks without an attempt are skipped; what is merged is checked and delivered.',
        decision: 'skip',
      },
      STOP,
    ],
  };
}

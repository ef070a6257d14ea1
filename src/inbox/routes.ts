import type { z } from 'zod';
import { BlobRef } from '../domain/common/blob';
import { ContractName, EscalationId, ObjectiveId } from '../domain/objective/objective-id';
import { TaskId } from '../domain/plan/plan';
import { answerContract, answerPlan, answerQuestion, answerSteering } from './deciding';
import type { Asked, Inbox, Params, Reply } from './exchange';
import {
  showContract,
  showDiff,
  showList,
  showObjective,
  showOutput,
  showPlan,
  showQuestion,
  showReference,
  showReport,
  showWatch,
} from './showing';
import { streamList, streamObjective, streamQuestion, streamWatch } from './streaming';

type Answer = (inbox: Inbox, asked: Asked) => Promise<Reply> | Reply;

interface Route {
  /** `:name` stands for a part that is checked by the row of `PARTS`. */
  readonly path: string;
  readonly show?: Answer;
  /** What its form does. */
  readonly post?: Answer;
}

/** What stands in a path; nothing else gets through. */
const PARTS: Readonly<Record<keyof Params, z.ZodType<string>>> = {
  id: ObjectiveId,
  question: EscalationId,
  contract: ContractName,
  task: TaskId,
  output: BlobRef,
};
const NO_PARAMS: Params = { id: '', question: '', contract: '', task: '', output: '' };

const WATCH = '/objectives/:id/deployment';
/** Every page there is for somebody who is logged in. */
const ROUTES: readonly Route[] = [
  { path: '/', show: showList },
  { path: '/live', show: streamList },
  { path: '/objectives/:id', show: showObjective },
  { path: '/objectives/:id/live', show: streamObjective },
  { path: '/objectives/:id/diff', show: showDiff },
  { path: '/objectives/:id/diff/:task', show: showDiff },
  { path: '/objectives/:id/report', show: showReport },
  { path: '/objectives/:id/plan', show: showPlan, post: answerPlan },
  { path: '/objectives/:id/steer', post: answerSteering('steer') },
  { path: '/objectives/:id/pause', post: answerSteering('pause') },
  { path: '/objectives/:id/resume', post: answerSteering('resume') },
  { path: '/objectives/:id/questions/:question', show: showQuestion, post: answerQuestion },
  { path: '/objectives/:id/questions/:question/live', show: streamQuestion },
  { path: '/objectives/:id/questions/:question/output/:output', show: showOutput },
  { path: '/objectives/:id/contracts/:contract', show: showContract, post: answerContract },
  { path: '/objectives/:id/contracts/:contract/reference', show: showReference },
  { path: WATCH, show: showWatch },
  { path: `${WATCH}/live`, show: streamWatch },
  { path: `${WATCH}/questions/:question`, show: showQuestion, post: answerQuestion },
  { path: `${WATCH}/questions/:question/live`, show: streamQuestion },
];

/** The row of a path with its checked parts; null: there is none. An id of a watch takes the place of its objective's. */
export function findRoute(path: string): { readonly route: Route; readonly params: Params } | null {
  const given = path.split('/');
  for (const route of ROUTES) {
    const params = matchPath(route.path.split('/'), given);
    if (params === null) continue;
    return {
      route,
      params: route.path.startsWith(WATCH) ? { ...params, id: `${params.id}/deployment` } : params,
    };
  }
  return null;
}

/** Whether somebody may be sent to a path: it shows something. */
export function isPage(path: string): boolean {
  return findRoute(path)?.route.show !== undefined;
}

function matchPath(steps: readonly string[], given: readonly string[]): Params | null {
  if (steps.length !== given.length) return null;
  const params = { ...NO_PARAMS };
  for (const [index, step] of steps.entries()) {
    const part = given[index] ?? '';
    if (!step.startsWith(':')) {
      if (step !== part) return null;
      continue;
    }
    const name = step.slice(1);
    if (!isPart(name) || !PARTS[name].safeParse(part).success) return null;
    params[name] = part;
  }
  return params;
}

function isPart(name: string): name is keyof Params {
  return Object.hasOwn(PARTS, name);
}

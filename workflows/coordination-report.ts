import { getExternalWorkflowHandle } from '@temporalio/workflow';
import {
  COORDINATION_REPORT,
  type CoordinationAnswer,
  type CoordinationReport,
} from '../src/domain/coordination/coordination-orders';
import type { TaskId } from '../src/domain/plan/plan';
import type { Usage } from '../src/domain/usage/usage';

type News = Pick<CoordinationReport, 'contract' | 'database'>;

/** What a coordinating workflow has to tell its objective. */
export interface Reporter {
  /** Books what a question to a model cost; told with the next report. */
  cost(role: string, usage: Usage): void;
  /** Notes a line of the run; told with the next report. */
  note(taskId: TaskId | null, text: string): void;
  /** Tells everything noted since the last report; an objective that is gone is told nothing. */
  tell(news: News): Promise<void>;
  answer(request: number, answer: CoordinationAnswer, news: News): Promise<void>;
}

export function createReporter(objectiveId: string): Reporter {
  let costs: CoordinationReport['costs'] = [];
  let events: CoordinationReport['events'] = [];
  const send = async (report: Pick<CoordinationReport, 'request' | 'answer'> & News): Promise<void> => {
    const body: CoordinationReport = { ...report, costs, events: events.slice(-20) };
    costs = [];
    events = [];
    // Closed meanwhile: nobody is left to be told.
    await getExternalWorkflowHandle(objectiveId)
      .signal(COORDINATION_REPORT, body)
      .catch(() => undefined);
  };
  return {
    cost: (role, usage) => {
      costs.push({ role, usage });
    },
    note: (taskId, text) => {
      events.push({ taskId, text: text.slice(0, 500) });
    },
    tell: (news) => send({ request: null, answer: null, ...news }),
    answer: (request, answer, news) => send({ request, answer, ...news }),
  };
}

import type { Asked, Inbox, Reply } from './exchange';
import { listChanges } from './pages/list';
import { objectiveChanges } from './pages/objective';
import { standingOf } from './pages/question';
import { findQuestion } from './read-question';

export function streamList({ live, now }: Inbox): Reply {
  return {
    kind: 'stream',
    open: (show, end) =>
      live.list({
        show: (overview) => {
          show(listChanges(overview, now().toISOString()));
        },
        end,
      }),
  };
}

export function streamObjective({ live, pictures }: Inbox, { params }: Asked): Reply {
  return {
    kind: 'stream',
    open: (show, end) =>
      live.objective(params.id, {
        show: (status) => {
          show(objectiveChanges(status, pictures));
        },
        end,
      }),
  };
}

/** Tells somebody who reads a question that another has decided it. */
export function streamQuestion({ live }: Inbox, { params }: Asked): Reply {
  return {
    kind: 'stream',
    open: (show, end) =>
      live.objective(params.id, {
        show: (status) => {
          const { decision, escalation } = findQuestion(status, params.question);
          show({ standing: standingOf(decision, escalation).toString() });
        },
        end,
      }),
  };
}

import { isDeploymentWatchId } from '../domain/deployment/deployment-watch';
import type { Asked, Inbox, Pieces, Reply } from './exchange';
import { stale } from './pages/frame';
import { listChanges } from './pages/list';
import { objectiveChanges } from './pages/objective';
import { standingOf } from './pages/question';
import { watchChanges } from './pages/watch';
import { findQuestion } from './read-question';

export function streamList({ live, now }: Inbox): Reply {
  return {
    kind: 'stream',
    open: (show, end) =>
      live.list({ ...told({ now }, show, (overview) => listChanges(overview, now().toISOString())), end }),
  };
}

export function streamObjective(inbox: Inbox, { params }: Asked): Reply {
  const { live, pictures } = inbox;
  return {
    kind: 'stream',
    open: (show, end) =>
      live.objective(params.id, {
        ...told(inbox, show, (status) => objectiveChanges(status, pictures)),
        end,
      }),
  };
}

export function streamWatch(inbox: Inbox, { params }: Asked): Reply {
  return {
    kind: 'stream',
    open: (show, end) => inbox.live.watch(params.id, { ...told(inbox, show, watchChanges), end }),
  };
}

/** Tells somebody who reads a question that another has decided it. */
export function streamQuestion(inbox: Inbox, { params }: Asked): Reply {
  const { id, question } = params;
  const standing = (status: Parameters<typeof findQuestion>[0]): Pieces => {
    const { decision, escalation } = findQuestion(status, question);
    return { standing: standingOf(decision, escalation).toString() };
  };
  return {
    kind: 'stream',
    open: (show, end) => {
      const listener = { ...told(inbox, show, standing), end };
      return isDeploymentWatchId(id) ? inbox.live.watch(id, listener) : inbox.live.objective(id, listener);
    },
  };
}

/** Shows what is new, and while there is nothing since when. */
function told<T>(
  { now }: Pick<Inbox, 'now'>,
  show: (pieces: Pieces) => void,
  render: (value: T) => Pieces,
): { readonly show: (value: T) => void; readonly lost: (why: string) => void } {
  return {
    show: (value) => {
      show({ ...render(value), stale: '' });
    },
    lost: (why) => {
      show({ stale: stale(why, now().toISOString()).toString() });
    },
  };
}

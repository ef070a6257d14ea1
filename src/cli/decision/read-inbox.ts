import type { DepartmentClient } from '../../client/department-client';
import type { WaitingExecution } from '../../client/waiting';
import type { Wait } from '../../domain/objective/waits';
import type { RunningWorker, ServerInUse } from '../services';
import { openSession } from '../session';
import type { InboxRow } from './inbox-table';

export interface Inbox {
  /** Oldest first. */
  readonly rows: readonly InboxRow[];
  /** Objectives and watches that did not tell what waits of them, most often since no worker is up. */
  readonly unread: readonly string[];
  /** There are more than a list holds. */
  readonly more: boolean;
}

export const EMPTY_INBOX: Inbox = { rows: [], unread: [], more: false };

/**
 * Everything that waits for a human. Visibility and memo tell it; a worker is started, and workflows are asked, only for
 * those whose memo does not. Lets go of the server.
 */
export async function readInbox(server: ServerInUse): Promise<Inbox> {
  const session = await openSession(server, 'none');
  const brought: RunningWorker[] = [];
  try {
    return await collectInbox(session.department, async () => {
      if (server.kind === 'embedded') brought.push(await server.startWorker('workflow-only'));
    });
  } finally {
    for (const worker of brought) await worker.shutdown();
    await session.close();
  }
}

/** @param bringWorker called before workflows are asked */
export async function collectInbox(
  department: Pick<DepartmentClient, 'waiting' | 'hasWorker' | 'askWaits'>,
  bringWorker: () => Promise<void> = () => Promise.resolve(),
): Promise<Inbox> {
  const { executions, more } = await department.waiting();
  const silent = executions.filter(({ waits }) => waits === null);
  if (silent.length > 0) await bringWorker();
  const canAsk = silent.length > 0 && (await department.hasWorker('workflow'));
  const answers = canAsk ? await department.askWaits(silent.map(({ id }) => id)) : [];
  const told = new Map(silent.map(({ id }, index) => [id, answers[index] ?? null]));
  const waitsOf = (row: WaitingExecution): readonly Wait[] | null => row.waits ?? told.get(row.id) ?? null;
  return {
    rows: executions
      .flatMap((row) => (waitsOf(row) ?? []).map((wait) => inboxRow(row, wait)))
      .sort((a, b) => compare(a.raisedAt, b.raisedAt) || compare(a.objective, b.objective)),
    unread: executions.filter((row) => waitsOf(row) === null).map(({ id }) => id),
    more,
  };
}

function inboxRow({ id, objective, repository }: WaitingExecution, wait: Wait): InboxRow {
  return { objective: id, text: objective, repository, ...wait };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

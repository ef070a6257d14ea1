import type { WaitingExecution } from '../../client/waiting';
import type { Wait } from '../../domain/waits';
import type { ServerInUse } from '../services';
import { openSession } from '../session';
import type { InboxRow } from './inbox-table';

export interface Inbox {
  /** Oldest first. */
  readonly rows: readonly InboxRow[];
  /** Objectives and watches whose waits nobody could tell, since no worker is up. */
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
  let worker;
  try {
    const { executions, more } = await session.department.waiting();
    const silent = executions.filter(({ waits }) => waits === null);
    if (silent.length > 0 && server.kind === 'embedded') worker = await server.startWorker('workflow-only');
    const canAsk = silent.length > 0 && (await session.department.hasWorker('workflow'));
    const answers = canAsk ? await session.department.askWaits(silent.map(({ id }) => id)) : [];
    const told = new Map(silent.map(({ id }, index) => [id, answers[index] ?? null]));
    const waitsOf = (row: WaitingExecution): readonly Wait[] | null => row.waits ?? told.get(row.id) ?? null;
    return {
      rows: executions
        .flatMap((row) => (waitsOf(row) ?? []).map((wait) => inboxRow(row, wait)))
        .sort((a, b) => compare(a.raisedAt, b.raisedAt) || compare(a.objective, b.objective)),
      unread: executions.filter((row) => waitsOf(row) === null).map(({ id }) => id),
      more,
    };
  } finally {
    await worker?.shutdown();
    await session.close();
  }
}

function inboxRow({ id, objective, repository }: WaitingExecution, wait: Wait): InboxRow {
  return { objective: id, text: objective, repository, ...wait };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { TemporalUnreachableError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import { openSession, type Session } from '../session';

/** One session for many questions, opened with the first of them. */
export interface SessionKeeper {
  /** Gives the session, or null where this home never had an objective and no server runs. */
  use<T>(ask: (session: Session | null) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Kept {
  readonly opened: Promise<Session | null>;
  /** Questions under way; a session that is let go is closed after the last of them. */
  uses: number;
  letGo: boolean;
}

/** A session whose server was lost, or whose worker failed, is let go; the next question opens another. */
export function keepSession(context: Pick<CommandContext, 'services' | 'terminal'>): SessionKeeper {
  let kept: Kept | null = null;

  const open = async (): Promise<Session | null> => {
    const server = await context.services.useServerWithHistory({ onProgress: context.terminal.warn });
    return server === null
      ? null
      : openSession(server, server.kind === 'embedded' ? 'workflow-only' : 'none');
  };
  const closeUnused = ({ opened, uses, letGo }: Kept): void => {
    if (!letGo || uses > 0) return;
    // What cannot be closed any more was lost already.
    opened.then((session) => session?.close()).catch(() => undefined);
  };
  const letGo = (which: Kept): void => {
    if (which.letGo) return;
    which.letGo = true;
    if (kept === which) kept = null;
    closeUnused(which);
  };
  const keep = (): Kept => {
    const fresh: Kept = { opened: open(), uses: 0, letGo: false };
    fresh.opened
      .then((session) => session?.worker?.ended)
      .catch(() => {
        letGo(fresh);
      });
    return (kept = fresh);
  };

  return {
    use: async (ask) => {
      const mine = kept ?? keep();
      mine.uses += 1;
      try {
        const session = await mine.opened;
        // There may be one later.
        if (session === null) letGo(mine);
        return await ask(session);
      } catch (error) {
        if (error instanceof TemporalUnreachableError) letGo(mine);
        throw error;
      } finally {
        mine.uses -= 1;
        closeUnused(mine);
      }
    },
    close: async () => {
      const last = kept;
      kept = null;
      await (await last?.opened.catch(() => null))?.close();
    },
  };
}

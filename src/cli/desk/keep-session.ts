import { TemporalUnreachableError } from '../../domain/user-error';
import type { CommandContext } from '../command';
import { openSession, type Session } from '../session';

/** One session for many questions, opened with the first of them. */
export interface SessionKeeper {
  /** Gives the session, or null where this home never had an objective and no server runs. */
  use<T>(ask: (session: Session | null) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A session whose server was lost, or whose worker failed, is let go; the next question opens another. */
export function keepSession(context: Pick<CommandContext, 'services' | 'terminal'>): SessionKeeper {
  let kept: Promise<Session | null> | null = null;

  const open = async (): Promise<Session | null> => {
    const server = await context.services.useServerWithHistory({ onProgress: context.terminal.warn });
    return server === null
      ? null
      : openSession(server, server.kind === 'embedded' ? 'workflow-only' : 'none');
  };
  const letGo = (which: Promise<Session | null>): void => {
    if (kept !== which) return;
    kept = null;
    // What cannot be closed any more was lost already.
    which.then((session) => session?.close()).catch(() => undefined);
  };
  const keep = (): Promise<Session | null> => {
    const opened = open();
    opened
      .then((session) => session?.worker?.ended)
      .catch(() => {
        letGo(opened);
      });
    return (kept = opened);
  };

  return {
    use: async (ask) => {
      const mine = kept ?? keep();
      const session = await mine;
      // There may be one later.
      if (session === null) letGo(mine);
      try {
        return await ask(session);
      } catch (error) {
        if (error instanceof TemporalUnreachableError) letGo(mine);
        throw error;
      }
    },
    close: async () => {
      const last = kept;
      kept = null;
      await (await last?.catch(() => null))?.close();
    },
  };
}

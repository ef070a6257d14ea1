import { z } from 'zod';
import { queryOnce } from './databases';
import type { PostgresServer } from './postgres-server';

/** One server for everybody who asks, started when first needed and started anew when it is gone. */
export interface KeptPostgres {
  /** The server; rejects as `start` does, and the next call tries again. */
  get(): Promise<PostgresServer>;
  /** Ends what was started last. */
  stop(): Promise<void>;
}

export function keepPostgres(start: () => Promise<PostgresServer>): KeptPostgres {
  let kept: Promise<PostgresServer> | undefined;
  const begin = (): Promise<PostgresServer> => {
    const begun = start().catch((error: unknown) => {
      if (kept === begun) kept = undefined;
      throw error;
    });
    return begun;
  };
  return {
    async get() {
      for (;;) {
        kept ??= begin();
        const held = kept;
        const server = await held;
        if (!(await isGone(server))) return server;
        if (kept !== held) continue;
        kept = undefined;
        await server.stop().catch(() => undefined);
      }
    },
    stop: async () => {
      await (await kept?.catch(() => undefined))?.stop();
    },
  };
}

/** Nobody listens any more; a server that is merely busy or refuses a connection is there. */
const GONE = z.object({ code: z.enum(['ENOENT', 'ECONNREFUSED', 'ECONNRESET']) });

async function isGone({ adminUrl }: PostgresServer): Promise<boolean> {
  try {
    await queryOnce(adminUrl, 'SELECT 1');
    return false;
  } catch (error) {
    return GONE.safeParse(error).success;
  }
}

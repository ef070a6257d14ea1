import { setMaxListeners } from 'node:events';
import { createFailureCount } from '../http/failures';
import { refusal, type Refusal } from '../http/refusal';
import { isSecret, newSecret } from '../http/secret';
import { createOnce, type Once } from './once';

/** How long somebody stays logged in. */
const SESSION_MS = 12 * 60 * 60_000;
/** Browsers at once; the one that logged in first makes room. */
const MOST_SESSIONS = 32;

/** One browser that came by a link. */
export interface Session {
  /** Stands in every form of it. */
  readonly csrf: string;
  readonly once: Once;
  /** Fires when nobody is logged in by it any more; what it still reads ends then. */
  readonly ended: AbortSignal;
  /** What the next page says first. */
  notice: string | null;
}

/** Who is let in: by a link once, and by a cookie from then on. */
export interface Access {
  /** The token of a new link; the one before it opens nothing any more. */
  newToken(): string;
  /** Exchanges the token of a link for a cookie; each opens once. */
  enter(given: string, address: string): { readonly cookie: string } | Refusal;
  /** null: nobody who is logged in. */
  find(cookie: string | undefined): Session | null;
  leave(cookie: string | undefined): void;
}

export function createAccess(now: () => number = () => performance.now()): Access {
  const failures = createFailureCount(now);
  const sessions = new Map<
    string,
    { readonly session: Session; readonly until: number; readonly stop: () => void }
  >();
  let token: string | null = null;
  const findCookie = (given: string): string | null =>
    [...sessions.keys()].find((cookie) => isSecret(given, cookie)) ?? null;
  const open = (cookie: string): void => {
    const ended = new AbortController();
    // Tabs are no leak, however many there are.
    setMaxListeners(0, ended.signal);
    // Who only watches sends nothing by which the end would be found.
    const timer = setTimeout(() => {
      end(cookie);
    }, SESSION_MS).unref();
    sessions.set(cookie, {
      session: { csrf: newSecret(), once: createOnce(), ended: ended.signal, notice: null },
      until: now() + SESSION_MS,
      stop: () => {
        clearTimeout(timer);
        ended.abort();
      },
    });
  };
  const end = (cookie: string): void => {
    const found = sessions.get(cookie);
    sessions.delete(cookie);
    found?.stop();
  };

  return {
    newToken: () => (token = newSecret()),
    enter: (given, address) => {
      const locked = failures.tooMany(address);
      if (locked !== null) return locked;
      if (token === null || !isSecret(given, token)) {
        failures.failed(address);
        return refusal(401, 'This link was used already, or a newer one took its place.');
      }
      token = null;
      const cookie = newSecret();
      open(cookie);
      const [oldest] = sessions.keys();
      if (sessions.size > MOST_SESSIONS && oldest !== undefined) end(oldest);
      return { cookie };
    },
    find: (given) => {
      const cookie = given === undefined ? null : findCookie(given);
      const found = cookie === null ? undefined : sessions.get(cookie);
      if (cookie === null || found === undefined) return null;
      if (now() < found.until) return found.session;
      end(cookie);
      return null;
    },
    leave: (given) => {
      const cookie = given === undefined ? null : findCookie(given);
      if (cookie !== null) end(cookie);
    },
  };
}

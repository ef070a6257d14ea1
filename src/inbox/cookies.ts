import type { IncomingMessage } from 'node:http';
import { isPage } from './routes';

/** How long the page somebody wanted waits for them to log in. */
const WANTED_SECONDS = 15 * 60;

/** What the browser shows us of who is logged in; undefined: nothing. */
export function sessionOf(request: IncomingMessage): string | undefined {
  return valueOf(request, sessionName(request));
}

/** `set-cookie` of somebody who logged in, who is sent to the page they wanted: that is asked for no more. */
export function loggedIn(request: IncomingMessage, cookie: string): string[] {
  return [
    `${sessionName(request)}=${cookie}; HttpOnly; SameSite=Strict; Path=/`,
    `${wantedName(request)}=; HttpOnly; SameSite=Strict; Path=/enter; Max-Age=0`,
  ];
}

/** `set-cookie` that keeps the page somebody wanted until they have logged in; null where that is no page to go to. */
export function wanting(request: IncomingMessage, path: string): string | null {
  const { accept = '', 'sec-fetch-dest': destination = 'document' } = request.headers;
  // What is fetched for a page, such as its events, is nowhere to go.
  const looks = request.method === 'GET' && destination === 'document' && accept.includes('text/html');
  if (!looks || !isPage(path)) return null;
  const age = String(WANTED_SECONDS);
  return `${wantedName(request)}=${encodeURIComponent(path)}; HttpOnly; SameSite=Strict; Path=/enter; Max-Age=${age}`;
}

/** The page somebody wanted before they logged in; the inbox where there is none. Whatever else a cookie says is nowhere to go. */
export function wantedPage(request: IncomingMessage): string {
  const path = decoded(valueOf(request, wantedName(request)) ?? '/');
  return path !== null && isPage(path) ? path : '/';
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Cookies of one address are shared by all its ports, so each has names of its own. */
function sessionName({ socket }: IncomingMessage): string {
  return `coordinator-inbox-${String(socket.localPort ?? 0)}`;
}

const wantedName = (request: IncomingMessage): string => `${sessionName(request)}-wanted`;

function valueOf(request: IncomingMessage, name: string): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}

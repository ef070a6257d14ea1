import type { IncomingMessage, ServerResponse } from 'node:http';
import { UserError } from '../domain/user-error';
import { exitCodeOf } from '../domain/exit-codes';
import { isSecret } from '../http/secret';
import type { Access, Session } from './access';
import type { Asked, Inbox, Reply } from './exchange';
import { openStream } from './event-stream';
import { BodyRefused, readForm } from './form';
import { assetHeaders, DOCUMENT_HEADERS, PAGE_HEADERS } from './headers';
import { ASSETS, frame, sentencePage } from './pages/frame';
import { findRoute } from './routes';
import { ICON, STYLES } from './styles';
import { SCRIPT } from './script';
import { html } from '../html/html';

const NO_LINK =
  'Open the link that `inbox` printed; it works once. For a new one press Enter where `inbox` runs, or start it again.';

/** Answers requests that name this server as itself: who is logged in gets pages, everybody else a sentence. */
export function createHandler(options: {
  readonly inbox: Inbox;
  readonly access: Access;
}): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { inbox, access } = options;
  const assets = assetsOf(inbox);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://inbox');
    const method = request.method ?? 'GET';
    const asset = assets.get(pathname);
    if (asset !== undefined) {
      response.writeHead(200, assetHeaders(asset.type)).end(asset.text);
      return;
    }
    if (pathname === '/enter') {
      enter(access, request, response, searchParams.get('token') ?? '');
      return;
    }
    const session = access.find(cookieOf(request));
    if (session === null) {
      sendPage(response, 401, sentencePage('You are not logged in', NO_LINK, null));
      return;
    }
    const found = findRoute(pathname);
    if (found === null) {
      sendPage(
        response,
        404,
        sentencePage('There is nothing here', `No page is called ${pathname.slice(0, 200)}.`, inbox.by),
      );
      return;
    }
    const act = method === 'GET' ? found.route.show : method === 'POST' ? found.route.post : undefined;
    if (act === undefined) {
      sendPage(
        response,
        405,
        sentencePage('It does not work so', 'Pages are read, and forms are sent.', inbox.by),
      );
      return;
    }
    const form = method === 'POST' ? await readForm(request) : new Map<string, string>();
    if (method === 'POST' && !isOwnForm(request, session, form)) {
      const sentence =
        'The form was not sent from a page of this server, or the page is an old one; open it again.';
      sendPage(response, 403, sentencePage('Refused', sentence, inbox.by));
      return;
    }
    const asked: Asked = { params: found.params, form, session };
    send(response, await act(inbox, asked));
  };

  return async (request, response) => {
    try {
      await answer(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else await sendError(inbox, response, error);
    }
  };
}

/**
 * Exchanges the token of a link for a cookie. The answer is a page that goes on by itself: a browser that was sent here
 * from elsewhere would follow a redirect without a cookie that is `SameSite=Strict`.
 */
function enter(access: Access, request: IncomingMessage, response: ServerResponse, token: string): void {
  const ahead = /prefetch|prerender/.test(String(request.headers['sec-purpose'] ?? ''));
  if (request.method !== 'GET' || ahead) {
    // Looked at ahead by a browser, it would be used up before anybody came.
    sendPage(response, 405, sentencePage('It does not work so', NO_LINK, null));
    return;
  }
  const entered = access.enter(token, request.socket.remoteAddress ?? '');
  if (!('cookie' in entered)) {
    sendPage(
      response,
      entered.status,
      sentencePage('This link opens nothing', `${entered.message} ${NO_LINK}`, null),
      entered.headers,
    );
    return;
  }
  const body = html`<h1>You are logged in</h1>
    <p><a href="/">Go on to the inbox</a></p>`;
  sendPage(response, 200, frame({ title: 'Logged in', body, by: null, onTo: '/' }), {
    'set-cookie': `${cookieName(request)}=${entered.cookie}; HttpOnly; SameSite=Strict; Path=/`,
  });
}

/** A form of this session, sent by a page of this very server. */
function isOwnForm(request: IncomingMessage, session: Session, form: ReadonlyMap<string, string>): boolean {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined && site === undefined) return false;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) return false;
  if (site !== undefined && site !== 'same-origin') return false;
  return isSecret(form.get('csrf') ?? '', session.csrf);
}

/** Cookies of one address are shared by all its ports, so each has a name of its own. */
function cookieName({ socket }: IncomingMessage): string {
  return `coordinator-inbox-${String(socket.localPort ?? 0)}`;
}

function cookieOf(request: IncomingMessage): string | undefined {
  const prefix = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
}

function send(response: ServerResponse, reply: Reply): void {
  switch (reply.kind) {
    case 'page':
      sendPage(response, reply.status, reply.html);
      return;
    case 'document':
      response.writeHead(200, DOCUMENT_HEADERS).end(reply.html);
      return;
    case 'go':
      response.writeHead(303, { ...PAGE_HEADERS, location: reply.to }).end();
      return;
    case 'stream':
      openStream(response, reply.open);
  }
}

function sendPage(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...PAGE_HEADERS, ...headers }).end(text);
}

async function sendError({ desk, by }: Inbox, response: ServerResponse, error: unknown): Promise<void> {
  if (error instanceof BodyRefused) {
    // What is left of it is not read.
    sendPage(response, error.status, sentencePage('Refused', error.message, by), { connection: 'close' });
    return;
  }
  const sentence = await desk.explain(error);
  const status = !(error instanceof UserError)
    ? 500
    : error.exitCode === exitCodeOf('temporal-unreachable')
      ? 503
      : 404;
  sendPage(response, status, sentencePage('It cannot be shown', sentence, by));
}

function assetsOf({
  pictures,
}: Inbox): ReadonlyMap<string, { readonly type: string; readonly text: string }> {
  return new Map([
    [ASSETS.styles, { type: 'text/css; charset=utf-8', text: `${pictures.styles}${STYLES}` }],
    [ASSETS.script, { type: 'text/javascript; charset=utf-8', text: SCRIPT }],
    [ASSETS.icon, { type: 'image/svg+xml', text: ICON }],
  ]);
}

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { UserError } from '../domain/common/user-error';
import { exitCodeOf } from '../domain/common/exit-codes';
import { isSecret } from '../http/secret';
import type { Access, Session } from './access';
import type { Asked, Inbox, Reply } from './exchange';
import { loggedIn, sessionOf, wantedPage, wanting } from './cookies';
import { openStream } from './event-stream';
import { BodyRefused, readForm } from './form';
import { assetHeaders, DOCUMENT_HEADERS, PAGE_HEADERS } from './headers';
import { ASSETS, frame, sentencePage } from './pages/frame';
import { unsentPage } from './pages/unsent';
import { findRoute, isPage } from './routes';
import { ICON, STYLES } from './styles';
import { SCRIPT } from './script';
import { html } from '../html/html';

const NO_LINK =
  'Open the link that `inbox` printed; it works once. For a new one press Enter where `inbox` runs, or start it again.';

/** What a path stands on, to be read. */
const BASE = 'http://inbox';
const UNREACHABLE = 503;

/** Answers requests that name this server as itself: who is logged in gets pages, everybody else a sentence. */
export function createHandler(options: {
  readonly inbox: Inbox;
  readonly access: Access;
}): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { inbox, access } = options;
  const assets = assetsOf(inbox);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = request.url ?? '/';
    if (!URL.canParse(address, BASE)) {
      sendPage(response, 400, sentencePage('There is nothing here', 'That is no address of a page.', null));
      return;
    }
    const { pathname, searchParams } = new URL(address, BASE);
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
    const session = access.find(sessionOf(request));
    if (session === null) {
      const again = followsLinkOfElsewhere(request) && isPage(pathname);
      const wanted = again ? null : wanting(request, pathname);
      sendPage(
        response,
        401,
        again ? onceMore(pathname) : await notLoggedIn(request),
        wanted === null ? {} : { 'set-cookie': wanted },
      );
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
    const asked: Asked = { params: found.params, form, session, read: isForDocument(request) };
    const made =
      method === 'POST'
        ? session.once.answer(pathname, form, async () => act(inbox, asked))
        : act(inbox, asked);
    try {
      send(response, session, await made);
    } catch (error) {
      if (method !== 'POST') throw error;
      const sentence = await inbox.desk.explain(error);
      const again = { path: pathname, csrf: session.csrf };
      sendPage(response, statusOf(error), unsentPage({ sentence, form, again, by: inbox.by }));
    }
  };

  return async (request, response) => {
    try {
      await answer(request, response);
    } catch (error) {
      // Who has gone is told nothing, and that they went is no failure of ours.
      if (response.headersSent || request.socket.destroyed) response.destroy();
      else await sendError(inbox, response, error);
    }
  };
}

/**
 * Whether somebody followed a link that stands on another site, such as that of a notification in a mail: then the browser
 * kept a cookie that is `SameSite=Strict` to itself, and says nothing about who is logged in.
 */
function followsLinkOfElsewhere({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    (site === 'cross-site' || site === 'same-site')
  );
}

/** Whether the answer is to be a page of its own; browsers that do not say so are taken to mean it. */
function isForDocument({ headers }: IncomingMessage): boolean {
  return (headers['sec-fetch-dest'] ?? 'document') === 'document';
}

/** Asks for the page once more, from here: that request has the cookie, where there is one. */
function onceMore(path: string): string {
  const body = html`<h1>One moment</h1>
    <p><a href="${path}">Go on to the page</a></p>`;
  return frame({ title: 'One moment', body, by: null, onTo: path });
}

/** How to come in; what a page of ours was about to send is shown once more, since browsers keep nothing of it. */
async function notLoggedIn(request: IncomingMessage): Promise<string> {
  if (request.method !== 'POST' || !isOwnPage(request))
    return sentencePage('You are not logged in', NO_LINK, null);
  const form = await readForm(request);
  return unsentPage({ sentence: `You are not logged in any more. ${NO_LINK}`, form, again: null, by: null });
}

/**
 * Exchanges the token of a link for a cookie. The answer is a page that goes on by itself: a browser that was sent here
 * from elsewhere would follow a redirect without a cookie that is `SameSite=Strict`.
 */
function enter(access: Access, request: IncomingMessage, response: ServerResponse, token: string): void {
  const ahead = /prefetch|prerender/.test(String(request.headers['sec-purpose'] ?? ''));
  // Images and frames of a page of elsewhere are no guesses: counted, they would lock out who has the link.
  if (request.method !== 'GET' || ahead || !isForDocument(request)) {
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
  const onTo = wantedPage(request);
  const body = html`<h1>You are logged in</h1>
    <p><a href="${onTo}">${onTo === '/' ? 'Go on to the inbox' : 'Go on to the page you wanted'}</a></p>`;
  sendPage(response, 200, frame({ title: 'Logged in', body, by: null, onTo }), {
    'set-cookie': loggedIn(request, entered.cookie),
  });
}

/** A form of this session, sent by a page of this very server. */
function isOwnForm(request: IncomingMessage, session: Session, form: ReadonlyMap<string, string>): boolean {
  return isOwnPage(request) && isSecret(form.get('csrf') ?? '', session.csrf);
}

/** Whether the browser says that a page of this very server sends this. */
function isOwnPage(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined && site === undefined) return false;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) return false;
  return site === undefined || site === 'same-origin';
}

function send(response: ServerResponse, session: Session, reply: Reply): void {
  switch (reply.kind) {
    case 'page':
      sendPage(response, reply.status, reply.html);
      return;
    case 'document':
      response.writeHead(200, DOCUMENT_HEADERS).end(reply.html);
      return;
    case 'go':
      session.notice = reply.notice;
      response.writeHead(303, { ...PAGE_HEADERS, location: reply.to }).end();
      return;
    case 'stream':
      openStream(response, reply.open, { until: session.ended });
  }
}

function sendPage(
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
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
  const status = statusOf(error);
  const again = status === UNREACHABLE;
  const body = html`<h1>It cannot be shown</h1>
    <p>${sentence}</p>
    ${again ? html`<p class="muted">It is looked for again every few seconds; a reload does, too.</p>` : ''}`;
  sendPage(response, status, frame({ title: 'It cannot be shown', body, by, again }));
}

function statusOf(error: unknown): number {
  if (!(error instanceof UserError)) return 500;
  return error.exitCode === exitCodeOf('temporal-unreachable') ? UNREACHABLE : 404;
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

// People who come to the inbox over plain requests.
import { request } from 'node:http';
import type { InboxServer } from '../../src/inbox/server';
import { ID } from '../cli/fixtures';
import { QUESTION } from './fake-desk';

type Where = Pick<InboxServer, 'url' | 'newLink'>;

/** Somebody who is logged in, without a browser. */
interface Visitor {
  readonly cookie: string;
  get(path: string): Promise<Response>;
  /** Presses a button of the form on a page as it stands there. */
  press(html: string, over: Readonly<Record<string, string>>, path?: string): Promise<Response>;
}

export async function logIn(server: Where): Promise<Visitor> {
  const entered = await fetch(server.newLink());
  const cookie = String(entered.headers.get('set-cookie')).split(';')[0] ?? '';
  return {
    cookie,
    get: (path) => fetch(`${server.url}${path}`, { headers: { cookie } }),
    press: (html, over, path = `/objectives/${ID}/questions/${QUESTION}`) => {
      const hidden = [...html.matchAll(/<input[^>]*name="(\w+)"[^>]*value="([^"]*)"/g)];
      const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
      return fetch(`${server.url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, origin: server.url },
        body: new URLSearchParams({ ...fields, ...over }),
      });
    },
  };
}

/** What a stream has told so far. */
export function openEvents(
  server: Pick<Where, 'url'>,
  path: string,
  cookie: string,
): { seen(words: string, from?: number): Promise<void>; text(): string; over: Promise<void>; close(): void } {
  let all = '';
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const looks = new Set<() => void>();
  const sent = request(new URL(path, server.url), { headers: { cookie } }, (response) => {
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('close', () => {
      end();
    });
    response.on('data', (chunk: string) => {
      all += chunk;
      for (const look of looks) look();
    });
  });
  sent.on('error', () => undefined);
  sent.end();
  return {
    text: () => all,
    over,
    seen: (words, from = 0) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (all.includes(words, from)) resolve();
        };
        looks.add(look);
        look();
      }),
    close: () => sent.destroy(),
  };
}

import { z } from 'zod';
import { ForgeFailure } from '../domain/pull-request/forge-failure';
import { deadline } from '../process/deadline';
import { failureOf, unreachable, type Asked } from './failures';
import { lastPage, type Page } from './pages';
import type { Remote } from './remote';

const ANSWER_WITHIN_MS = 30_000;
const LONGEST_ANSWER = 16 * 1024 * 1024;

interface Request {
  /** Below the project, such as `merge_requests/3`; empty: the project itself. */
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly body?: object;
}

/** One project on GitLab, as its steps ask it. */
export interface Gitlab {
  /** Asks, translates failures, and reads what of the answer is needed. */
  ask<T>(step: string, schema: z.ZodType<T>, request: Request): Promise<T>;
  /** One page of a list. */
  page<T>(step: string, schema: z.ZodType<T>, path: string): Promise<Page<T>>;
  /** The last characters of an answer that is text of any length. */
  tail(step: string, path: string, characters: number): Promise<string>;
}

export function openGitlab(
  { remote, api, token }: { readonly remote: Remote; readonly api: string; readonly token: string },
  signal: AbortSignal,
): Gitlab {
  const project = `${api}/projects/${encodeURIComponent(remote.path)}`;
  const askedOf = (step: string): Asked => ({
    forge: 'GitLab',
    repository: remote.path,
    step,
    token: 'GITLAB_TOKEN',
    secret: token,
  });

  const text = async (
    step: string,
    { path, method = 'GET', body }: Request,
    read: (response: Response) => Promise<string>,
  ): Promise<string> => {
    const asked = askedOf(step);
    let response: Response;
    let answer: string;
    try {
      response = await fetch(path === '' ? project : `${project}/${path}`, {
        method,
        headers: { 'private-token': token, 'content-type': 'application/json' },
        // A redirect could take the token to another host.
        redirect: 'manual',
        signal: deadline(signal, ANSWER_WITHIN_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      answer = await read(response);
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(asked, error);
    }
    if (response.ok) return answer;
    const { status, headers } = response;
    const failure = failureOf(asked, {
      status,
      header: (name) => headers.get(name) ?? undefined,
      said: status >= 300 && status < 400 ? 'the project has moved; correct the origin' : sayingOf(answer),
    });
    throw new ForgeFailure(failure.type, failure.message, failure.retryAfterMs, { cause: status });
  };

  const parse = <T>(step: string, schema: z.ZodType<T>, answer: string): T => {
    try {
      return schema.parse(JSON.parse(answer));
    } catch (error) {
      throw unreachable(askedOf(step), error);
    }
  };

  return {
    ask: async (step, schema, request) =>
      parse(step, schema, await text(step, request, (response) => wholeText(response))),
    page: async (step, schema, path) => {
      let last: number | null = null;
      const answer = await text(step, { path }, (response) => {
        last = lastPage(response.headers.get('link'));
        return wholeText(response);
      });
      return { rows: parse(step, z.array(schema), answer), last };
    },
    tail: (step, path, characters) => text(step, { path }, (response) => lastText(response, characters)),
  };
}

/** @throws Error where it is longer than anything that is asked for */
async function wholeText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of partsOf(response)) {
    text += decoder.decode(part, { stream: true });
    if (text.length > LONGEST_ANSWER) throw new Error('its answer is too long');
  }
  return text + decoder.decode();
}

async function lastText(response: Response, characters: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of partsOf(response))
    text = (text + decoder.decode(part, { stream: true })).slice(-characters);
  return text;
}

async function* partsOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  for await (const part of body) yield part;
}

const Saying = z.object({ message: z.unknown().optional(), error: z.unknown().optional() });

function sayingOf(text: string): string {
  try {
    const { message, error } = Saying.parse(JSON.parse(text));
    const said = message ?? error ?? '';
    return typeof said === 'string' ? said : JSON.stringify(said);
  } catch {
    return text;
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { chooseAnswer } from './choose-answer';
import { readConversation } from './conversation';
import { AGAIN, interruptedCalls } from './interrupted-calls';
import { buildMessage } from './message';
import { CountRequest, findConversationFault, MessagesRequest } from './messages-request';
import type { LoadedPlaybook } from './playbook';
import { findBreakpointFault, promptBlocks } from './prompt-blocks';
import { createPromptCache } from './prompt-cache';
import { messageEvents } from './server-sent-events';
import { renumbering } from './renumber';
import { sectionAnswer } from './section-answer';
import { estimateTokens } from './token-estimate';

/** How long an idle connection is kept, in milliseconds. */
const KEEP_ALIVE_MS = 120_000;

/** One request as it came, for tests and for looking into a run. */
interface RecordedRequest {
  readonly playbook: string;
  readonly scenario: string;
  readonly endpoint: string;
  /** The parsed JSON body; null where it was not JSON. */
  readonly body: unknown;
  readonly status: number;
  /** Id of the answer given; null: an error or no question for a playbook. */
  readonly answer: string | null;
}

/** A running offline model. */
export interface OfflineModel {
  /** Base URL for an SDK client; playbook and scenario are part of it. */
  url(playbook: string, scenario: string): string;
  /** The newest requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  stop(): Promise<void>;
}

interface OfflineModelOptions {
  readonly playbooks: readonly LoadedPlaybook[];
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Model ids `GET /v1/models` lists. */
  readonly models?: readonly string[];
}

const KEPT_REQUESTS = 500;
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** What an endpoint answers: JSON, a message that may be streamed, or an API error. */
type Outcome =
  | { readonly kind: 'json'; readonly body: unknown }
  | { readonly kind: 'message'; readonly message: ReturnType<typeof buildMessage>; readonly stream: boolean }
  | { readonly kind: 'error'; readonly error: ApiError };

class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

/**
 * Starts a server on the loopback interface that speaks the Messages API and answers from playbooks. Which answer
 * is given follows from the request alone; only the cache accounting remembers earlier ones.
 */
export async function startOfflineModel(options: OfflineModelOptions): Promise<OfflineModel> {
  const requests: RecordedRequest[] = [];
  const countInput = createPromptCache();
  let sequence = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = `req_offline_${String(++sequence).padStart(6, '0')}`;
    const route = readRoute(request.url ?? '/');
    let body: unknown = null;
    let answer: string | null = null;
    let outcome: Outcome;
    try {
      body = request.method === 'POST' ? await readJson(request) : null;
      checkHeaders(request);
      ({ outcome, answer } = answerRequest(request.method ?? '', route, body));
    } catch (error) {
      outcome = { kind: 'error', error: asApiError(error) };
    }
    const status = outcome.kind === 'error' ? outcome.error.status : 200;
    requests.push({ ...route, body, status, answer });
    if (requests.length > KEPT_REQUESTS) requests.shift();
    await send(response, requestId, outcome);
  }

  function answerRequest(
    method: string,
    route: Route,
    body: unknown,
  ): { outcome: Outcome; answer: string | null } {
    const json = (value: unknown): { outcome: Outcome; answer: null } => ({
      outcome: { kind: 'json', body: value },
      answer: null,
    });
    const playbook = findPlaybook(route);
    switch (`${method} ${route.endpoint}`) {
      case 'GET /v1/models':
        return json(listModels(options.models ?? []));
      case 'POST /v1/messages/count_tokens': {
        const parsed = parseBody(CountRequest, body);
        const tokens = promptBlocks(parsed).map((block) => estimateTokens(block.text));
        return json({ input_tokens: tokens.reduce((sum, count) => sum + count, 0) });
      }
      case 'POST /v1/messages':
        return answerMessages(playbook, route.scenario, body);
      default:
        throw new ApiError(404, 'not_found_error', `The offline model has no ${method} ${route.endpoint}`);
    }
  }

  function answerMessages(
    playbook: LoadedPlaybook,
    scenario: string,
    body: unknown,
  ): { outcome: Outcome; answer: string | null } {
    const request = parseBody(MessagesRequest, body);
    const fault = findConversationFault(request) ?? findBreakpointFault(request);
    if (fault !== null) throw new ApiError(400, 'invalid_request_error', fault);
    const conversation = readConversation(request);
    const again = interruptedCalls(request);
    if (again.length > 0) {
      const reply = {
        kind: 'turn',
        text: 'That was cut short; once more.',
        tools: again,
        stop: null,
      } as const;
      const round = conversation.given.get(AGAIN) ?? 0;
      const message = buildMessage(request, AGAIN, round, reply, countInput(request));
      return { outcome: { kind: 'message', message, stream: request.stream === true }, answer: AGAIN };
    }
    const choice = chooseAnswer(playbook, scenario, conversation);
    const renumber = renumbering(playbook.migrations ?? [], conversation);
    const { review, compare, design, deployment, rollout, validate } = playbook;
    const sections = { review, compare, design, deployment, rollout, validate };
    const own = choice.kind === 'none' ? sectionAnswer(renumber(sections), scenario, conversation) : null;
    if (own !== null) {
      const message = buildMessage(request, own.id, 0, own.reply, countInput(request));
      return { outcome: { kind: 'message', message, stream: request.stream === true }, answer: own.id };
    }
    if (choice.kind === 'none') throw new ApiError(400, 'invalid_request_error', choice.explanation);
    const { id } = choice.answer;
    const reply = renumber(choice.answer.reply);
    if (reply.kind === 'error') {
      const error = new ApiError(reply.status, reply.type, reply.message, reply.retryAfterSeconds);
      return { outcome: { kind: 'error', error }, answer: id };
    }
    const message = buildMessage(request, id, choice.round, reply, countInput(request));
    return { outcome: { kind: 'message', message, stream: request.stream === true }, answer: id };
  }

  function findPlaybook(route: Route): LoadedPlaybook {
    const playbook = options.playbooks.find((candidate) => candidate.name === route.playbook);
    if (playbook?.scenarios.some((scenario) => scenario.name === route.scenario) === true) return playbook;
    throw new ApiError(
      404,
      'not_found_error',
      `The offline model has no playbook "${route.playbook}" with a scenario "${route.scenario}"`,
    );
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  // A client on a busy machine may take up a connection again just when the usual five seconds are over.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The offline model has no port');
  const base = `http://127.0.0.1:${String(address.port)}`;
  return {
    url: (playbook, scenario) => `${base}/${playbook}/${scenario}`,
    requests,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Route {
  readonly playbook: string;
  readonly scenario: string;
  readonly endpoint: string;
}

function readRoute(url: string): Route {
  const path = url.split('?')[0] ?? '';
  const [, playbook = '', scenario = '', ...rest] = path.split('/');
  return { playbook, scenario, endpoint: `/${rest.join('/')}` };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new ApiError(413, 'request_too_large', 'Request exceeds the maximum size');
    }
    chunks.push(buffer);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return body;
  } catch {
    throw new ApiError(400, 'invalid_request_error', 'The request body is not valid JSON');
  }
}

function checkHeaders({ headers }: IncomingMessage): void {
  if (headers['x-api-key'] === undefined && headers.authorization === undefined) {
    throw new ApiError(401, 'authentication_error', 'x-api-key header is required');
  }
  if (headers['anthropic-version'] === undefined) {
    throw new ApiError(400, 'invalid_request_error', 'anthropic-version: header is required');
  }
}

function parseBody<T>(
  schema: {
    safeParse(
      value: unknown,
    ):
      | { success: true; data: T }
      | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
  },
  body: unknown,
): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? 'body' : issue.path.map(String).join('.');
  throw new ApiError(400, 'invalid_request_error', `${where}: ${issue?.message ?? 'invalid'}`);
}

function listModels(ids: readonly string[]): unknown {
  const data = ids.map((id) => ({
    type: 'model',
    id,
    display_name: `${id} (offline)`,
    created_at: '2026-01-01T00:00:00Z',
  }));
  return { data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null };
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(500, 'api_error', error instanceof Error ? error.message : String(error));
}

async function send(response: ServerResponse, requestId: string, outcome: Outcome): Promise<void> {
  response.setHeader('request-id', requestId);
  if (outcome.kind === 'message' && outcome.stream) {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    });
    for (const event of messageEvents(outcome.message)) {
      if (!response.write(event)) await once(response, 'drain');
    }
    response.end();
    return;
  }
  response.setHeader('content-type', 'application/json');
  if (outcome.kind === 'error') {
    const { error } = outcome;
    if (error.retryAfterSeconds !== null) response.setHeader('retry-after', String(error.retryAfterSeconds));
    response.writeHead(error.status);
    const body = {
      type: 'error',
      error: { type: error.type, message: error.message },
      request_id: requestId,
    };
    response.end(JSON.stringify(body));
    return;
  }
  response.writeHead(200);
  response.end(JSON.stringify(outcome.kind === 'message' ? outcome.message : outcome.body));
}

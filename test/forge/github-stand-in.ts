import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';

const Parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  schema: z.record(z.string(), z.unknown()),
});
const Operation = z.object({
  operationId: z.string(),
  parameters: z.array(Parameter),
  requestBody: z
    .object({
      content: z.object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) }),
    })
    .optional(),
});
type Operation = z.infer<typeof Operation>;
const DESCRIPTION = z
  .object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })
  .parse(JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'github-openapi.json'), 'utf8')));

/** A request the stand-in got, with the operation of GitHub's description it is. */
interface Asked {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

interface Pull {
  readonly number: number;
  title: string;
  body: string;
  head: string;
  base: string;
  state: 'open' | 'closed';
  merged_at: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the stand-in knows; a test writes into it. */
interface StandInState {
  archived: boolean;
  fork: boolean;
  branches: string[];
  /** Old names of branches, with what they are called now. */
  renamed: Map<string, string>;
  tags: string[];
  /** What the repository is called now. */
  fullName: string;
  pulls: Pull[];
  comments: object[];
  reviews: object[];
  checkRuns: object[];
  annotations: object[];
  statuses: object[];
  /** Ids of comments in resolved threads, and of hidden ones. */
  resolved: number[];
  hidden: number[];
  headSha: string;
  /** Answers given before anything else, by operation id, each once. */
  failures: Map<string, Answer[]>;
}

export interface StandIn {
  readonly url: string;
  readonly state: StandInState;
  readonly asked: readonly Asked[];
  /** How requests differ from GitHub's description; a test that ends with one fails. */
  readonly violations: readonly string[];
  stop(): Promise<void>;
}

export const TOKEN = 'stand-in-token-0123456789';

/**
 * GitHub's REST API for one repository, `acme/orders`, on the loopback interface. Every request is checked against
 * GitHub's published description: path, method, query, body; what is not in it is a violation. With `git`, the folder of
 * a bare repository, `/acme/orders.git` is served by git itself to whoever sends the token as password.
 */
export async function startGithub(options: { readonly git?: string } = {}): Promise<StandIn> {
  const asked: Asked[] = [];
  const violations: string[] = [];
  const state: StandInState = {
    archived: false,
    fork: false,
    branches: ['main'],
    renamed: new Map(),
    tags: [],
    fullName: 'acme/orders',
    pulls: [],
    comments: [],
    reviews: [],
    checkRuns: [],
    annotations: [],
    statuses: [],
    resolved: [],
    hidden: [],
    headSha: 'a'.repeat(40),
    failures: new Map(),
  };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await read(request);
      if (request.url?.startsWith('/acme/orders.git') === true) {
        serveGit(request, response, body, options.git);
        return;
      }
      const answer = answerTo(request, body.toString('utf8'));
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
    })().catch((error: unknown) => {
      violations.push(String(error));
      response.destroy();
    });
  });

  const answerTo = (request: IncomingMessage, text: string): Answer => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const method = (request.method ?? 'GET').toLowerCase();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { authorization } = request.headers;
    if (url.pathname === '/graphql') {
      asked.push({ operation: 'graphql', method, path: url.pathname, body, authorization });
      return (
        state.failures.get('graphql')?.shift() ?? { status: 200, body: { data: threadsOf(state, body) } }
      );
    }
    const found = findOperation(method, url.pathname);
    if (found === null) {
      violations.push(`${method} ${url.pathname} is not among the described operations`);
      return { status: 404, body: { message: 'Not Found' } };
    }
    const { operation, values } = found;
    violations.push(...differences(operation, values, url.searchParams, body));
    asked.push({ operation: operation.operationId, method, path: url.pathname, body, authorization });
    const failure = state.failures.get(operation.operationId)?.shift();
    if (failure !== undefined) return failure;
    if (authorization !== `token ${TOKEN}`) return { status: 401, body: { message: 'Bad credentials' } };
    return perform(state, operation.operationId, values, url.searchParams, body);
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    state,
    asked,
    violations,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function findOperation(
  method: string,
  path: string,
): { readonly operation: Operation; readonly values: Readonly<Record<string, string>> } | null {
  for (const [template, methods] of Object.entries(DESCRIPTION.paths)) {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    // A branch or ref may have slashes in it, which clients escape.
    const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`);
    const match = pattern.exec(path);
    const operation = methods[method];
    if (match === null || operation === undefined) continue;
    const values = names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? '')] as const);
    return { operation, values: Object.fromEntries(values) };
  }
  return null;
}

// `owner/name`, a format of GitHub's own.
const ajv = addFormats(new Ajv({ strict: false, allErrors: true, coerceTypes: true, allowUnionTypes: true }));

ajv.addFormat('repo.nwo', /^[\w.-]+\/[\w.-]+$/);

function differences(
  { operationId, parameters, requestBody }: Operation,
  values: Readonly<Record<string, string>>,
  query: URLSearchParams,
  body: unknown,
): string[] {
  const found: string[] = [];
  const check = (what: string, schema: object, value: unknown): void => {
    const valid = ajv.compile({ type: 'object', properties: { value: schema } });
    if (!valid({ value })) found.push(`${operationId}: ${what}: ${ajv.errorsText(valid.errors)}`);
  };
  for (const parameter of parameters.filter((row) => row.in === 'path'))
    check(parameter.name, parameter.schema, values[parameter.name]);
  const known = new Map(parameters.filter((row) => row.in === 'query').map((row) => [row.name, row]));
  for (const [name, value] of query) {
    const parameter = known.get(name);
    if (parameter === undefined) found.push(`${operationId}: it has no query parameter ${name}`);
    else check(name, parameter.schema, value);
  }
  if (requestBody === undefined) {
    if (body !== undefined) found.push(`${operationId}: it takes no body`);
    return found;
  }
  if (body === undefined) return [...found, `${operationId}: it needs a body`];
  const { schema } = requestBody.content['application/json'];
  check('body', schema, structuredClone(body));
  const properties = z.record(z.string(), z.unknown()).parse(schema['properties']);
  for (const name of Object.keys(z.record(z.string(), z.unknown()).parse(body)))
    if (!(name in properties)) found.push(`${operationId}: its body has no property ${name}`);
  return found;
}

function perform(
  state: StandInState,
  operation: string,
  values: Readonly<Record<string, string>>,
  query: URLSearchParams,
  body: unknown,
): Answer {
  const pull = state.pulls.find((row) => String(row.number) === values['pull_number']);
  const notFound: Answer = { status: 404, body: { message: 'Not Found' } };
  const ok = (found: unknown): Answer => ({ status: 200, body: found });
  switch (operation) {
    case 'repos/get':
      return ok({
        full_name: state.fullName,
        archived: state.archived,
        default_branch: 'main',
        fork: state.fork,
        ...(state.fork ? { parent: { full_name: 'upstream/orders' } } : {}),
      });
    case 'repos/get-branch':
      return branchOf(state, values['branch'] ?? '') ?? notFound;
    case 'git/get-ref': {
      const tag = (values['ref'] ?? '').replace(/^tags\//, '');
      return state.tags.includes(tag) ? ok({ ref: `refs/tags/${tag}` }) : notFound;
    }
    case 'pulls/list':
      return ok(
        state.pulls
          .filter((row) => `${state.fullName.split('/')[0] ?? ''}:${row.head}` === query.get('head'))
          .filter((row) => query.get('state') === 'all' || row.state === (query.get('state') ?? 'open'))
          .map(shown)
          .reverse(),
      );
    case 'pulls/create': {
      const asked = z
        .object({ head: z.string(), base: z.string(), title: z.string(), body: z.string() })
        .parse(body);
      const created: Pull = { ...asked, number: state.pulls.length + 7, state: 'open', merged_at: null };
      state.pulls.push(created);
      return { status: 201, body: shown(created) };
    }
    case 'pulls/update': {
      if (pull === undefined) return notFound;
      Object.assign(pull, body);
      return ok(shown(pull));
    }
    case 'pulls/get':
      return pull === undefined ? notFound : ok({ ...shown(pull), head: { sha: state.headSha } });
    case 'pulls/list-review-comments':
      return listed(state.comments, query);
    case 'pulls/list-reviews':
      return listed(state.reviews, query);
    case 'checks/list-for-ref':
      return ok({ total_count: state.checkRuns.length, check_runs: pageOf(state.checkRuns, query) });
    case 'checks/list-annotations':
      return ok(state.annotations);
    case 'repos/get-combined-status-for-ref':
      return ok({ statuses: pageOf(state.statuses, query) });
    default:
      throw new Error(`The stand-in does not do ${operation}.`);
  }
}

function shown(pull: Pull): object {
  return { ...pull, html_url: `https://github.example/acme/orders/pull/${String(pull.number)}` };
}

/** GitHub answers an old name of a branch with the branch. */
function branchOf({ branches, renamed }: StandInState, asked: string): Answer | null {
  const name = renamed.get(asked) ?? asked;
  return branches.includes(name) ? { status: 200, body: { name } } : null;
}

/** A page of a list, with the header that tells where the last one is ("Using pagination in the REST API"). */
function listed(rows: readonly object[], query: URLSearchParams): Answer {
  const last = Math.ceil(rows.length / Number(query.get('per_page') ?? 30));
  const body = pageOf(rows, query);
  if (Number(query.get('page') ?? 1) >= last) return { status: 200, body };
  const there = new URLSearchParams(query);
  there.set('page', String(last));
  const link = `<https://github.example/list?${query.toString()}>; rel="first", <https://github.example/list?${there.toString()}>; rel="last"`;
  return { status: 200, headers: { link }, body };
}

function pageOf(rows: readonly object[], query: URLSearchParams): readonly object[] {
  const size = Number(query.get('per_page') ?? 30);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return rows.slice(from, from + size);
}

const ThreadsAsked = z.object({ variables: z.object({ after: z.string().nullish() }) });

/** Threads of one comment each, fifty on a page: resolved ones, then others with a hidden comment. */
function threadsOf({ resolved, hidden }: StandInState, body: unknown): object {
  const from = Number(ThreadsAsked.parse(body).variables.after ?? 0);
  const all = [
    ...resolved.map((id) => ({ id, isResolved: true, isMinimized: false })),
    ...hidden.map((id) => ({ id, isResolved: false, isMinimized: true })),
  ];
  const nodes = all.slice(from, from + 50).map(({ id, isResolved, isMinimized }) => ({
    isResolved,
    comments: { nodes: [{ databaseId: id, isMinimized }] },
  }));
  const pageInfo = { hasNextPage: all.length > from + 50, endCursor: String(from + 50) };
  return { repository: { pullRequest: { reviewThreads: { nodes, pageInfo } } } };
}

/** Git's own server program, for whoever has the token. */
function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  folder: string | undefined,
): void {
  const basic = `Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString('base64')}`;
  if (folder === undefined || request.headers.authorization !== basic) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="stand-in"' }).end();
    return;
  }
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname.replace('/acme/orders.git', ''),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'tester',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.once('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const lines = output.subarray(0, end).toString('latin1').split('\r\n');
    const headers = new Map(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const status = Number(headers.get('status')?.slice(0, 3) ?? 200);
    headers.delete('status');
    response.writeHead(status, Object.fromEntries(headers)).end(output.subarray(end + 4));
  });
  child.stdin.end(body);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

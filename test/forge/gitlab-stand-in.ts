import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/**
 * What of GitLab's REST API is used, as its documentation has it (docs.gitlab.com/api: "Projects", "Merge requests",
 * "Discussions", "Members", "Jobs", "Branches", "Tags"): path below the project, query, body.
 */
const OPERATIONS = [
  { name: 'project', method: 'GET', path: '' },
  {
    name: 'list merge requests',
    method: 'GET',
    path: 'merge_requests',
    query: {
      source_branch: z.string(),
      state: z.enum(['opened', 'closed', 'locked', 'merged', 'all']),
      order_by: z.enum(['created_at', 'updated_at', 'merged_at', 'title', 'priority']),
      sort: z.enum(['asc', 'desc']),
    },
  },
  {
    name: 'create merge request',
    method: 'POST',
    path: 'merge_requests',
    body: z.strictObject({
      source_branch: z.string(),
      target_branch: z.string(),
      title: z.string().max(255),
      description: z.string().max(1_048_576),
    }),
  },
  { name: 'merge request', method: 'GET', path: 'merge_requests/:iid' },
  {
    name: 'update merge request',
    method: 'PUT',
    path: 'merge_requests/:iid',
    body: z.strictObject({ title: z.string().max(255), description: z.string().max(1_048_576) }).partial(),
  },
  { name: 'discussions', method: 'GET', path: 'merge_requests/:iid/discussions', query: {} },
  { name: 'members', method: 'GET', path: 'members/all', query: { 'user_ids[]': z.coerce.number().int() } },
  {
    name: 'jobs',
    method: 'GET',
    path: 'pipelines/:id/jobs',
    query: {
      'scope[]': z.enum(['created', 'pending', 'running', 'failed', 'success', 'canceled', 'manual']),
    },
  },
  { name: 'trace', method: 'GET', path: 'jobs/:id/trace' },
  { name: 'branch', method: 'GET', path: 'repository/branches/:name' },
  { name: 'tag', method: 'GET', path: 'repository/tags/:name' },
] as const;
type Operation = (typeof OPERATIONS)[number];

/** Every list takes these. */
const PAGING: Readonly<Record<string, z.ZodType>> = {
  page: z.coerce.number().int().min(1),
  per_page: z.coerce.number().int().min(1).max(100),
};

interface MergeRequest {
  readonly iid: number;
  title: string;
  description: string;
  state: string;
  readonly source_branch: string;
  readonly source_project_id: number;
  readonly target_branch: string;
}

/** What the stand-in knows; a test writes into it. */
interface GitlabState {
  mergeRequests: MergeRequest[];
  branches: string[];
  tags: string[];
  discussions: object[];
  members: { readonly id: number; readonly access_level: number }[];
  pipeline: { readonly id: number; readonly status: string } | null;
  jobs: object[];
  traces: Map<string, string>;
  /** Answers given before anything else, by the operation's name, each once. */
  failures: Map<string, { readonly status: number; readonly body: unknown; readonly location?: string }>;
}

export interface GitlabStandIn {
  readonly web: string;
  readonly state: GitlabState;
  readonly asked: { readonly operation: string; readonly line: string; readonly body: unknown }[];
  /** How requests differ from GitLab's documentation; a test that ends with one fails. */
  readonly violations: string[];
  stop(): Promise<void>;
}

export const GITLAB_TOKEN = 'gitlab-token-0123456789';
const PROJECT_ID = 42;
const BASE = '/api/v4/projects/acme%2Fshop%2Forders';

/** One project, `acme/shop/orders`, on the loopback interface. What is not documented is a violation. */
export async function startGitlab(): Promise<GitlabStandIn> {
  const state: GitlabState = {
    mergeRequests: [],
    branches: ['main', 'trunk'],
    tags: [],
    discussions: [],
    members: [],
    pipeline: null,
    jobs: [],
    traces: new Map(),
    failures: new Map(),
  };
  const asked: GitlabStandIn['asked'] = [];
  const violations: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const text = await read(request);
      const url = new URL(request.url ?? '/', 'http://stand-in');
      const { method = 'GET' } = request;
      const body: unknown = text === '' ? null : JSON.parse(text);
      const path = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length + 1) : null;
      const found = path === null ? null : findOperation(method, path);
      const send = (
        status: number,
        answer: unknown,
        headers: Readonly<Record<string, string>> = {},
      ): void => {
        response.writeHead(status, headers);
        response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      };
      if (found === null) {
        violations.push(`${method} ${url.pathname} is not documented`);
        send(404, { error: '404 Not Found' });
        return;
      }
      const { operation, part } = found;
      violations.push(...differences(operation, url.searchParams, body));
      asked.push({ operation: operation.name, line: `${method} ${url.pathname}${url.search}`, body });
      const failure = state.failures.get(operation.name);
      state.failures.delete(operation.name);
      if (failure !== undefined)
        send(
          failure.status,
          failure.body,
          failure.location === undefined ? {} : { location: failure.location },
        );
      else if (request.headers['private-token'] !== GITLAB_TOKEN) send(401, { message: '401 Unauthorized' });
      else send(...perform(state, operation.name, part, url.searchParams, body));
    })().catch((error: unknown) => {
      violations.push(String(error));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    web: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
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
): { readonly operation: Operation; readonly part: string } | null {
  for (const operation of OPERATIONS) {
    const pattern = new RegExp(`^${operation.path.replace(/:\w+/g, '([^/]+)')}$`);
    const match = pattern.exec(path);
    if (match !== null && operation.method === method)
      return { operation, part: decodeURIComponent(match[1] ?? '') };
  }
  return null;
}

function differences(operation: Operation, query: URLSearchParams, body: unknown): string[] {
  const { name } = operation;
  const known: Readonly<Record<string, z.ZodType>> =
    'query' in operation ? { ...PAGING, ...operation.query } : {};
  const wrong = [...query].flatMap(([key, value]) => {
    const schema = known[key];
    if (schema === undefined) return [`${name} has no parameter ${key}`];
    return schema.safeParse(value).success ? [] : [`${name}: ${key} cannot be ${value}`];
  });
  if (!('body' in operation)) return body === null ? wrong : [...wrong, `${name} takes no body`];
  const read = operation.body.safeParse(body);
  return read.success ? wrong : [...wrong, `${name}: ${read.error.message}`];
}

function perform(
  state: GitlabState,
  operation: Operation['name'],
  part: string,
  query: URLSearchParams,
  body: unknown,
): [status: number, answer: unknown, headers?: Readonly<Record<string, string>>] {
  const mergeRequest = state.mergeRequests.find(({ iid }) => String(iid) === part);
  const notFound: [number, unknown] = [404, { message: '404 Not found' }];
  const page = (rows: readonly unknown[]): [number, unknown, Readonly<Record<string, string>>] => {
    const size = Number(query.get('per_page') ?? 20);
    const from = (Number(query.get('page') ?? 1) - 1) * size;
    const last = new URLSearchParams(query);
    last.set('page', String(Math.max(1, Math.ceil(rows.length / size))));
    // "Pagination": every list tells where its last page is.
    return [
      200,
      rows.slice(from, from + size),
      { link: `<https://gitlab.example/list?${last.toString()}>; rel="last"` },
    ];
  };
  switch (operation) {
    case 'project':
      return [200, { id: PROJECT_ID, archived: false, default_branch: 'trunk' }];
    case 'list merge requests':
      return page(
        state.mergeRequests
          .filter((row) => row.source_branch === query.get('source_branch'))
          .map(shown)
          .reverse(),
      );
    case 'create merge request': {
      const created = {
        ...(body as Pick<MergeRequest, 'title' | 'description' | 'source_branch' | 'target_branch'>),
        iid: state.mergeRequests.length + 3,
        state: 'opened',
        source_project_id: PROJECT_ID,
      };
      state.mergeRequests.push(created);
      return [201, shown(created)];
    }
    case 'merge request':
      return mergeRequest === undefined
        ? notFound
        : [200, { ...shown(mergeRequest), sha: 'a'.repeat(40), head_pipeline: state.pipeline }];
    case 'update merge request':
      if (mergeRequest === undefined) return notFound;
      Object.assign(mergeRequest, body);
      return [200, shown(mergeRequest)];
    case 'discussions':
      return page(state.discussions);
    case 'members': {
      const ids = query.getAll('user_ids[]').map(Number);
      return page(state.members.filter(({ id }) => ids.includes(id)));
    }
    case 'jobs':
      return page(state.jobs);
    case 'trace': {
      const trace = state.traces.get(part);
      return trace === undefined ? [403, { message: '403 Forbidden' }] : [200, trace];
    }
    case 'branch':
      return state.branches.includes(part) ? [200, { name: part }] : notFound;
    case 'tag':
      return state.tags.includes(part) ? [200, { name: part }] : notFound;
  }
}

function shown(row: MergeRequest): object {
  const page = `https://gitlab.example/acme/shop/orders/-/merge_requests/${String(row.iid)}`;
  return { ...row, web_url: page };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

import { randomUUID } from 'node:crypto';
import { GraphQLError, getOperationAST, parse } from 'graphql';
import { createHandler } from 'graphql-http';
import { createViewerReader } from './auth/viewer.js';
import { features } from './features.js';
import { formatError, maskError } from './graphql/errors.js';
import { parseOptions, rules } from './graphql/rules.js';
import { loadSchema } from './graphql/schema.js';
import { createRateLimit } from './http/rate-limit.js';
import { errorFields } from './logging.js';

const REQUEST_ID = /^[\w-]{8,64}$/;
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/**
 * A request without its transport, so that tests need no port.
 *
 * @typedef {object} AppRequest
 * @property {string} method
 * @property {string} url Path and query.
 * @property {Record<string, string | undefined>} headers By lower-case name.
 * @property {() => Promise<string>} body
 * @property {string} address The client's.
 *
 * @typedef {{ status: number, headers: Record<string, string>, body: string }} AppResponse
 */

/** A request that is refused before GraphQL looks at it. */
export class HttpRefusal extends Error {
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * Builds the service.
 *
 * @param {object} options
 * @param {import('./store/store.js').Store} options.store
 * @param {import('./config.js').Config} options.config
 * @param {ReturnType<typeof import('./logging.js').createLogger>} options.log
 * @param {<T extends object>(name: string, repository: T) => T} [options.watch] Sees every repository as it is made.
 * @returns {{ handle: (request: AppRequest) => Promise<AppResponse> }}
 */
export function buildApp({ store, config, log, watch = (name, repository) => repository }) {
  const repositories = collect('createRepository', (make, name) => watch(name, make(store)));
  const services = collect('createService', (make) => make({ repositories }));
  const readViewer = createViewerReader({ secret: config.tokenSecret });
  const checkRate = createRateLimit(config.rateLimit);

  const handleGraphql = createHandler({
    schema: loadSchema(),
    parse: (text) => parse(text, parseOptions),
    formatError,
    validationRules: (request, { variableValues }, standard) => [
      ...standard,
      ...rules.map((makeRule) => makeRule({ config, variables: variableValues ?? {} })),
    ],
    context: ({ raw: { viewer } }) => ({
      viewer,
      repositories,
      services,
      loaders: createLoaders(repositories),
    }),
    onOperation({ raw }, args, result) {
      raw.operation = getOperationAST(args.document, args.operationName)?.name?.value ?? null;
      if (!result.errors) return undefined;
      const masked = result.errors.map(maskError);
      for (const { unexpected } of masked) {
        if (unexpected)
          log.error({ requestId: raw.requestId, ...errorFields(unexpected) }, 'a resolver failed');
      }
      return { ...result, errors: masked.map(({ shown }) => shown) };
    },
  });

  async function answer(request, about, headers) {
    const [path] = request.url.split('?', 1);
    if (path === '/health') return { status: 200, headers: JSON_TYPE, body: '{"status":"ok"}' };
    if (path !== '/graphql')
      throw new HttpRefusal(404, 'NOT_FOUND', 'There is nothing here; POST to /graphql.');
    const rate = checkRate(request.address);
    Object.assign(headers, rate.headers);
    if (!rate.allowed) throw new HttpRefusal(429, 'TOO_MANY_REQUESTS', 'Too many requests; try again later.');
    about.viewer = await readViewer(request.headers.authorization);
    // Read here, because the handler takes every failure to read for broken JSON.
    const text = request.method === 'POST' ? await request.body() : null;
    const [body, init] = await handleGraphql({ ...request, body: text, raw: about });
    return { status: init.status, headers: init.headers ?? {}, body: body ?? '' };
  }

  return {
    async handle(request) {
      const startedAt = performance.now();
      const given = request.headers['x-request-id'] ?? '';
      // A caller's id is kept only when it is harmless to write into a log line.
      const requestId = REQUEST_ID.test(given) ? given : randomUUID();
      const headers = {
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': requestId,
      };
      const about = { requestId, viewer: null, operation: null };
      const response = await answer(request, about, headers).catch((error) => refuse(error, requestId, log));
      log.info(
        {
          requestId,
          method: request.method,
          path: request.url.split('?', 1)[0],
          operation: about.operation,
          status: response.status,
          durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
        },
        'request completed',
      );
      return { ...response, headers: { ...response.headers, ...headers } };
    },
  };
}

function collect(part, make) {
  return Object.fromEntries(
    features.filter((row) => row[part]).map((row) => [row.name, make(row[part], row.name)]),
  );
}

function createLoaders(repositories) {
  return Object.assign({}, ...features.map((row) => row.createLoaders?.(repositories)));
}

function refuse(error, requestId, log) {
  const { status, code, message } = describe(error);
  if (status === 500) log.error({ requestId, ...errorFields(error) }, 'a request failed');
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  return {
    status,
    headers: { ...JSON_TYPE, ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}) },
    body,
  };
}

function describe(error) {
  if (error instanceof HttpRefusal) return error;
  // The only GraphQL error outside a document: the access token is not valid.
  if (error instanceof GraphQLError)
    return { status: 401, code: error.extensions.code, message: error.message };
  return { status: 500, code: 'INTERNAL', message: 'Something went wrong here; it was noted.' };
}

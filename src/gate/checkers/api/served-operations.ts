import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import { CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import { type CodeRoute, mayServe } from '../../facts/api/code-routes';
import { hasOpenRoutes } from '../../facts/api/open-routes';
import { SpecProblem } from '../../facts/api/spec-problem';
import type { Inspection } from '../../inspection';
import { type Exchange, exchangeEvidence, wasAnswered } from '../../probes/exchange';
import { nameOf } from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { makeTraffic, type Traffic, trafficOf } from '../../probes/traffic';
import { PLANTED_API } from '../probes/planted-api';
import { codeRoutes } from './code-routes';
import { isOperational } from './spec-reading';

const SUBJECT = 'api-docs';
/** Frameworks whose routes are read as they are registered. */
const READ_FRAMEWORKS = ['express', 'fastify', 'koa', 'hono', 'nestjs', 'fastapi', 'flask', 'spring-boot'];

/**
 * Operations of the description that nothing serves: the running service turns a valid request away as it turns away unknown
 * paths, or no route of the code is for them where all routes could be read. Asked of the integrated tree only: a task may
 * describe what the next one builds.
 */
export const SERVED_OPERATIONS_CHECKER: GateChecker = {
  name: 'served-operations',
  version: '1',
  subjects: [SUBJECT],
  scope: 'objective',
  reads: () => true,
  control: async () => {
    const planted = converseWithPlanted(PLANTED_API, ({ method, path }) =>
      method === 'POST' || path.includes('no-such-path')
        ? { status: 404, body: { error: 'no route' } }
        : { status: 200, body: [] },
    );
    const traffic = await makeTraffic(planted);
    return turnedAway(traffic, null).some(({ operation }) => nameOf(operation) === 'POST /v1/things');
  },
  check: async (inspection) => {
    const api = await describedApi(inspection);
    const routes = await readableRoutes(inspection);
    const traffic = await trafficOf(inspection).catch((error: unknown) => {
      if (error instanceof CannotTell || error instanceof DoesNotApply) return error;
      throw error;
    });
    const unserved = routes === null ? [] : unservedOperations(api.operations, routes);
    const asked = traffic instanceof Error ? [] : turnedAway(traffic, routes);
    if (routes === null && traffic instanceof Error) throw traffic;
    const findings = new Map<string, GateFinding>();
    for (const operation of unserved) {
      findings.set(nameOf(operation), findingFor(api, operation, 'no route of the code serves it'));
    }
    for (const { operation, exchange } of asked) {
      const text = `the service answers ${String(exchange.response?.status ?? '')} as to what it does not know`;
      findings.set(nameOf(operation), findingFor(api, operation, text));
    }
    const evidence: Evidence[] = asked.slice(0, 8).map(({ exchange }) => exchangeEvidence(exchange));
    const looked = [
      ...(routes === null ? [] : [`${String(routes.length)} routes of the code`]),
      ...(traffic instanceof Error ? [] : [`requests to ${String(traffic.operations.length)} operations`]),
    ].join(' and ');
    const [first] = findings.values();
    const rest = findings.size > 1 ? `; ${String(findings.size - 1)} more` : '';
    return [
      {
        subject: SUBJECT,
        outcome:
          first === undefined
            ? { kind: 'ran-clean', note: `every operation of ${api.source} is served, by ${looked}` }
            : { kind: 'ran-found', note: `${first.text}${rest}`, findings: [...findings.values()] },
        evidence,
      },
    ];
  },
};

function findingFor(api: OpenApiDescription, operation: ApiOperation, why: string): GateFinding {
  const { file, line } = api.locate(operation.pointer) ?? {};
  return {
    key: `unserved-operation ${nameOf(operation)}`,
    text: `${nameOf(operation)} is in ${api.source}, and ${why}`,
    ...(file === undefined ? {} : { file, line }),
  };
}

async function describedApi(inspection: Inspection): Promise<OpenApiDescription> {
  try {
    const api = await inspection.api();
    if (api.kind === 'openapi' && api.from === 'file') return api;
  } catch (error) {
    if (error instanceof SpecProblem) throw new DoesNotApply('no-description', error.message);
    throw error;
  }
  throw new DoesNotApply(
    'description-is-the-service',
    'what a service generates, or a GraphQL schema, describes only what is served',
  );
}

/** The routes of the code where those that are found are all there are; else null. */
async function readableRoutes(inspection: Inspection): Promise<readonly CodeRoute[] | null> {
  const { framework } = inspection.survey;
  if (framework === null || !READ_FRAMEWORKS.includes(framework)) return null;
  const files = await inspection.files();
  const open = await Promise.all(
    files.paths.filter(mayServe).map(async (path) => hasOpenRoutes(path, (await files.read(path)) ?? '')),
  );
  return open.includes(true) ? null : codeRoutes(inspection);
}

/**
 * Operations that no route is for. Where most are, or only one is served, the routes were not understood, and none is told.
 */
export function unservedOperations<T extends Operation>(
  operations: readonly T[],
  routes: readonly CodeRoute[],
): readonly T[] {
  const own = operations.filter((operation) => !isOperational(operation));
  const served = servedOperations(operations, routes);
  const unserved = own.filter((operation) => !served.has(operation));
  const count = own.length - unserved.length;
  return count < 2 || unserved.length > count ? [] : unserved;
}

type Operation = Pick<ApiOperation, 'method' | 'path'>;

/**
 * The operations that routes are for. Where a file's routes are mounted is not known, so it is taken to be where most of them
 * are described, or wherever equally many are, unless the file is named after one of these places. What that leaves of the
 * file is placed in the same way.
 */
function servedOperations<T extends Operation>(
  operations: readonly T[],
  routes: readonly CodeRoute[],
): ReadonlySet<T> {
  const served = new Set<T>();
  for (const file of new Set(routes.map((route) => route.file))) {
    let rest = routes.filter((route) => route.file === file);
    for (;;) {
      const mounts = [...mountsOf(operations, rest)];
      const most = Math.max(0, ...mounts.map(([, fits]) => routesIn(fits)));
      if (most === 0) break;
      const equal = mounts.filter(([, fits]) => routesIn(fits) === most);
      const named = equal.filter(([mount]) => isNamedAfter(file, mount));
      const best = (named.length > 0 ? named : equal).flatMap(([, fits]) => fits);
      for (const { operation } of best) served.add(operation);
      rest = rest.filter((route) => !best.some((row) => row.route === route));
    }
  }
  return served;
}

/** `src/orders/routes.js` is named after `/v1/orders`. */
function isNamedAfter(file: string, mount: string): boolean {
  const last = mount.split('/').findLast((segment) => segment !== '' && segment !== '{}') ?? '';
  return (
    last !== '' &&
    file
      .toLowerCase()
      .split(/[^a-z0-9-]+/)
      .includes(last.toLowerCase())
  );
}

const routesIn = (fits: readonly Fit<unknown>[]): number => new Set(fits.map(({ route }) => route)).size;

interface Fit<T> {
  readonly route: CodeRoute;
  readonly operation: T;
}

/** By what may stand before a file's routes: which of them are described then. */
function mountsOf<T extends Operation>(
  operations: readonly T[],
  routes: readonly CodeRoute[],
): ReadonlyMap<string, readonly Fit<T>[]> {
  const mounts = new Map<string, Fit<T>[]>();
  for (const route of routes) {
    for (const operation of operations) {
      const plain = operation.path.replace(/\{[^{}]*\}/g, '{}').replace(/\/+$/, '');
      const isMethod = [null, operation.method.toUpperCase()].includes(route.method?.toUpperCase() ?? null);
      if (!isMethod || !plain.endsWith(route.suffix)) continue;
      const mount = plain.slice(0, plain.length - route.suffix.length);
      // Routers are mounted at things that have many entries, not at one of them.
      if (mount.endsWith('{}') && route.suffix === '') continue;
      mounts.set(mount, [...(mounts.get(mount) ?? []), { route, operation }]);
    }
  }
  return mounts;
}

/**
 * Operations whose valid request was answered as one for nothing is. Of a path with an id such an answer may mean that the
 * thing is not there: it counts only where the code, all of whose routes are read, has no route either.
 */
export function turnedAway(
  { exchanges, operations }: Traffic,
  routes: readonly CodeRoute[] | null,
): readonly { readonly operation: ApiOperation; readonly exchange: Exchange }[] {
  const unknown = exchanges.filter(
    (exchange) => exchange.operation === null && wasAnswered(exchange) && exchange.response.status === 404,
  );
  const routed = routes === null ? null : servedOperations(operations, routes);
  return exchanges.flatMap((exchange) => {
    const { operation, purpose } = exchange;
    if (operation === null || purpose !== 'valid' || !wasAnswered(exchange)) return [];
    const { status } = exchange.response;
    const hasNoHandler =
      status === 405 ||
      status === 501 ||
      (status === 404 &&
        unknown.some((other) => refusalOf(other) === refusalOf(exchange)) &&
        (!operation.path.includes('{') || routed?.has(operation) === false));
    return hasNoHandler ? [{ operation, exchange }] : [];
  });
}

/** The refusal without what differs between two of the same kind: path, method, ids, instants. */
function refusalOf({ request, response }: Exchange): string {
  if (response === null) return '';
  const path = request.path.split('?')[0] ?? '';
  return [
    String(response.status),
    response.headers['content-type'] ?? '',
    response.body
      .replaceAll(path, '<path>')
      .replaceAll(request.method, '<method>')
      .replace(/"(?:request_?id|trace_?id|correlation_?id|timestamp|instance)"\s*:\s*"[^"]*"/gi, '""')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)|\d+/gi, '<n>'),
  ].join('\n');
}

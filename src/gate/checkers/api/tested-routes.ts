import { CannotTell, DoesNotApply, type Answer, type GateChecker } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import { matchOperation } from '../../facts/api/match-operation';
import type { RecordedRequest, TestRun } from '../../facts/test-run';
import { SpecProblem } from '../../facts/api/spec-problem';
import type { Inspection } from '../../inspection';
import { isOperational } from './spec-reading';

const SUBJECT = 'api-docs';

/**
 * Answers only a route gives. What stands before the routes (authentication, limits, body parsers) answers with other
 * codes to paths that do not exist, too.
 */
const OF_ROUTE = new Set([402, 409, 410, 412, 418, 422, 423, 424, 428, 451]);
const STATIC_FILE = /\.(?:html?|css|m?js|map|png|jpe?g|svg|ico|gif|webp|woff2?|txt|wasm)$/i;

/** Routes that answered in the tests and are not in the description. */
export const TESTED_ROUTES_CHECKER: GateChecker = {
  name: 'tested-routes',
  version: '1',
  subjects: [SUBJECT],
  scope: 'objective',
  reads: () => true,
  control: () =>
    undocumentedRoutes(
      [{ method: 'GET', path: '/a' }],
      [{ method: 'GET', path: '/b', status: 200, contentType: null }],
    ).length === 1,
  check: async (inspection) => [{ subject: SUBJECT, ...(await look(inspection)) }],
};

async function look(inspection: Inspection): Promise<Omit<Answer, 'subject'>> {
  const operations = await describedOperations(inspection);
  const requests = await recordedRequests(inspection);
  const found = await namedInSources(inspection, undocumentedRoutes(operations, requests));
  if (found.length === 0) {
    return {
      outcome: {
        kind: 'ran-clean',
        note: `every route that answered ${String(requests.length)} requests of the tests is in the API description`,
      },
    };
  }
  return {
    outcome: {
      kind: 'ran-found',
      note: `${String(found.length)} routes answered in the tests and are not in the API description: ${found
        .slice(0, 5)
        .map(({ method, path }) => `${method} ${path}`)
        .join(', ')}`,
      findings: found.map(({ method, path, status }) => ({
        key: `undocumented-route ${method} ${generic(path)}`,
        text: `${method} ${path} answered ${String(status)} in the tests and is not in the API description`,
      })),
    },
  };
}

async function describedOperations(inspection: Inspection): Promise<readonly ApiOperation[]> {
  try {
    const api = await inspection.api();
    if (api.kind === 'openapi') return api.operations;
  } catch (error) {
    if (error instanceof SpecProblem) throw new DoesNotApply('no-description', error.message);
    throw error;
  }
  throw new DoesNotApply('graphql-has-one-endpoint', 'a GraphQL schema describes no routes');
}

async function recordedRequests(inspection: Inspection): Promise<readonly RecordedRequest[]> {
  let tests: TestRun;
  try {
    tests = await inspection.tests();
  } catch (error) {
    // The tests answer for themselves.
    if (error instanceof CannotTell) throw new DoesNotApply('requests-not-recorded', error.message);
    throw error;
  }
  const { requests } = tests;
  if (requests.kind === 'recorded') return requests.value;
  throw new DoesNotApply(
    'requests-not-recorded',
    requests.kind === 'absent' ? requests.reason : `requests were only estimated: ${requests.how}`,
  );
}

const SOURCE = /\.(?:[cm]?[jt]sx?|py|java|kt)$/;
const OF_TESTS =
  /(?:^|\/)(?:tests?|specs?|__tests__)\/|[._-](?:test|spec)\.|(?:^|\/)test_|_test\.|Tests?\.(?:java|kt)$/;

/** Those whose last fixed segment stands in a source: tests build apps with routes of their own, too. */
async function namedInSources<T extends Answered>(
  inspection: Inspection,
  routes: readonly T[],
): Promise<T[]> {
  if (routes.length === 0) return [];
  const files = await inspection.files();
  const texts = await Promise.all(
    files.paths.filter((path) => SOURCE.test(path) && !OF_TESTS.test(path)).map((path) => files.read(path)),
  );
  return routes.filter(({ path }) => {
    const last = generic(path)
      .split('/')
      .findLast((segment) => segment !== '' && segment !== '{}');
    if (last === undefined) return true;
    const named = new RegExp(`['"\`/]${escapeRegExp(last)}(?![\\w-])`);
    return texts.some((text) => text !== null && named.test(text));
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

type Answered = Pick<RecordedRequest, 'method' | 'path' | 'status' | 'contentType'>;

/** One request for each route that surely exists and is not described. */
export function undocumentedRoutes<T extends Answered>(
  operations: readonly Pick<ApiOperation, 'method' | 'path'>[],
  requests: readonly T[],
): T[] {
  const routes = new Map<string, T>();
  for (const request of requests) {
    if (!isOfRoute(request) || matchOperation(operations, request) !== null) continue;
    const key = `${request.method} ${generic(request.path)}`;
    if (!routes.has(key)) routes.set(key, request);
  }
  return [...routes.values()];
}

function isOfRoute({ method, path, status, contentType }: Answered): boolean {
  if (['OPTIONS', 'TRACE', 'CONNECT'].includes(method.toUpperCase())) return false;
  if (isOperational({ path }) || STATIC_FILE.test(path) || /^text\/html/i.test(contentType ?? ''))
    return false;
  return (status >= 200 && status < 300) || OF_ROUTE.has(status);
}

/** A path without what looks like ids, so that two requests of one route are one. */
function generic(path: string): string {
  return path
    .replace(/[?#].*$/s, '')
    .split('/')
    .map((segment) => (/\d|^[0-9a-f-]{16,}$/i.test(segment) && !/^v\d/i.test(segment) ? '{}' : segment))
    .join('/');
}

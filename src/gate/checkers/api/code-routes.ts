import { DoesNotApply, type Answer, type GateChecker } from '../../checker';
import type { OpenApiDescription } from '../../facts/api-description';
import { mayServe, routesOf, type CodeRoute } from '../../facts/api/code-routes';
import { SpecProblem } from '../../facts/api/spec-problem';
import type { Inspection } from '../../inspection';
import { readsSpec } from './spec-checker';
import { isOperational } from './spec-reading';

const SUBJECT = 'api-docs';
type Operation = Pick<OpenApiDescription['operations'][number], 'method' | 'path'>;

/** Routes that stand in the code and not in the description. */
export const CODE_ROUTES_CHECKER: GateChecker = {
  name: 'code-routes',
  version: '1',
  subjects: [SUBJECT],
  scope: 'task',
  reads: (path, survey) => mayServe(path) || readsSpec(path, survey),
  control: () => {
    const routes = routesOf('a.js', "app.get('/a', x);\napp.get('/b', x);\napp.post('/b', x);\n");
    return (
      undescribedRoutes(
        [
          { method: 'GET', path: '/v1/a' },
          { method: 'GET', path: '/v1/b' },
        ],
        routes,
      ).length === 1
    );
  },
  check: async (inspection) => [{ subject: SUBJECT, ...(await look(inspection)) }],
};

async function look(inspection: Inspection): Promise<Omit<Answer, 'subject'>> {
  const { operations, source } = await describedApi(inspection);
  const routes = await codeRoutes(inspection);
  const missing = undescribedRoutes(operations, routes);
  // Where most routes are unknown, the code registers them in a way this does not understand.
  if (routes.length === 0 || missing.length * 2 > routes.length) {
    throw new DoesNotApply(
      'routes-not-recognised',
      'the code registers its routes in a way that is not understood',
    );
  }
  if (missing.length === 0) {
    return {
      outcome: {
        kind: 'ran-clean',
        note: `the ${String(routes.length)} routes found in the code are in ${source}`,
      },
    };
  }
  return {
    outcome: {
      kind: 'ran-found',
      note: `${nameOf(missing[0])} is a route of the code and not in ${source}${missing.length === 1 ? '' : `; ${String(missing.length - 1)} more`}`,
      findings: missing.map((route) => ({
        key: `undescribed-route ${nameOf(route)} ${route.file}`,
        text: `${nameOf(route)} is a route of the code and not in ${source}`,
        file: route.file,
        line: route.line,
      })),
    },
    evidence: await Promise.all(missing.slice(0, 20).map((route) => quote(inspection, route))),
  };
}

async function quote(
  inspection: Inspection,
  { file, line }: CodeRoute,
): Promise<NonNullable<Answer['evidence']>[number]> {
  const text = (await (await inspection.files()).read(file)) ?? '';
  return { kind: 'source', file, line, quote: (text.split('\n')[line - 1] ?? '').trim().slice(0, 500) };
}

const nameOf = (route: CodeRoute | undefined): string =>
  route === undefined ? '' : `${route.method?.toUpperCase() ?? 'ANY'} …${route.suffix}`;

async function describedApi(inspection: Inspection): Promise<OpenApiDescription> {
  try {
    const api = await inspection.api();
    if (api.kind === 'openapi') return api;
  } catch (error) {
    if (error instanceof SpecProblem) throw new DoesNotApply('no-description', error.message);
    throw error;
  }
  throw new DoesNotApply('graphql-has-one-endpoint', 'a GraphQL schema describes no routes');
}

async function codeRoutes(inspection: Inspection): Promise<CodeRoute[]> {
  const files = await inspection.files();
  const found = await Promise.all(
    files.paths.filter(mayServe).map(async (path) => routesOf(path, (await files.read(path)) ?? '')),
  );
  return found.flat();
}

/** Routes whose path is the end of no described one with the same method. */
export function undescribedRoutes(
  operations: readonly Operation[],
  routes: readonly CodeRoute[],
): CodeRoute[] {
  const described = operations.map(({ method, path }) => ({
    method,
    path: path.replace(/\{[^{}]*\}/g, '{}').replace(/\/+$/, ''),
  }));
  return routes.filter(
    ({ method, suffix }) =>
      !isOperational({ path: suffix.replaceAll('{}', '{id}') || '/x' }) &&
      !described.some(
        (operation) =>
          (method === null || operation.method === method.toUpperCase()) && operation.path.endsWith(suffix),
      ),
  );
}

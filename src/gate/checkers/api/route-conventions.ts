import type { GateFinding } from '../../../domain/quality-gate/receipt';
import { DoesNotApply, type GateChecker } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import { mayServe, routesOf, type CodeRoute } from '../../facts/api/code-routes';
import { codeRoutes } from './code-routes';
import { safeFaults } from './method-use';
import { findPathFaults } from './resource-names';
import type { SpecFinding } from './spec-checker';
import { isOperational } from './spec-reading';

/** One item the code's routes can break by their paths and methods alone, described or not. */
interface RouteRule {
  readonly name: string;
  readonly subject: 'rest-conventions' | 'http-methods';
  readonly find: (operations: readonly ApiOperation[]) => readonly SpecFinding[];
  /** The same over handlers. */
  readonly findIn?: (routes: readonly CodeRoute[]) => readonly SpecFinding[];
  readonly note: string;
  /** A route that breaks it. */
  readonly planted: string;
}

const RULES: readonly RouteRule[] = [
  {
    name: 'route-names',
    subject: 'rest-conventions',
    find: findPathFaults,
    note: 'no route of the code has a verb in its path, or another case than the others',
    planted: "app.get('/getOrders', list)",
  },
  {
    name: 'route-methods',
    subject: 'http-methods',
    find: (operations) => operations.filter(({ method }) => method === 'GET').flatMap(safeFaults),
    findIn: writingHandlers,
    note: 'no GET route of the code changes something by its name or in its handler',
    planted: "app.get('/orders/:id/cancel', cancel)",
  },
];

/** Routes of the code that break a convention. */
export const ROUTE_CHECKERS: readonly GateChecker[] = RULES.map(
  ({ name, subject, find, findIn, note, planted }): GateChecker => ({
    name,
    version: '1',
    subjects: [subject],
    scope: 'task',
    reads: mayServe,
    control: () => find(asOperations(routesOf('a.js', planted))).length > 0,
    check: async (inspection) => {
      const routes = await codeRoutes(inspection);
      if (routes.length === 0) {
        throw new DoesNotApply('routes-not-recognised', 'no route with a literal path is found in the code');
      }
      const found = [...find(asOperations(routes)), ...(findIn?.(routes) ?? [])];
      const findings = found.flatMap((finding) => toFinding(finding, routes));
      const [first] = findings;
      return [
        {
          subject,
          outcome:
            first === undefined
              ? { kind: 'ran-clean', note: `${String(routes.length)} routes: ${note}` }
              : { kind: 'ran-found', note: first.text, findings },
        },
      ];
    },
  }),
);

const WRITING_SQL =
  /\b(?:insert\s+into|delete\s+from|update)\s+["\w.]*?(\w+)"?\s+(?:set\b|where\b|values\b|\(|using\b)/gi;
/** Tables and objects that reading may well write. */
const BESIDE =
  /log|audit|view|visit|access|session|event|metric|cache|count|stat|history|seen|rate|lock|queue|map$|set$|token/i;
const WRITING_CALL =
  /\bawait\s+(?:this\.)?([\w.]+)\.(?:remove|destroy|delete|cancel)\w*\(|\b(\w*(?:service|repo|repository|repositories|dao))\.(?:remove|destroy|delete|cancel|insert)\w*\(/gi;

/** GET routes whose own handler deletes, or writes with SQL. */
function writingHandlers(routes: readonly CodeRoute[]): SpecFinding[] {
  return routes.flatMap(({ method, suffix, handler }, index) => {
    if (method?.toUpperCase() !== 'GET') return [];
    const objects = [...handler.matchAll(WRITING_SQL), ...handler.matchAll(WRITING_CALL)].map(
      ([, first, second]) => first ?? second ?? '',
    );
    const written = objects.find((name) => name !== '' && !BESIDE.test(name));
    if (written === undefined) return [];
    return [
      {
        key: `writing-get ${suffix}`,
        text: `GET …${suffix} changes \`${written}\`; a GET must be safe to repeat`,
        at: [index],
      },
    ];
  });
}

/** The place of a route in the list stands in for a place in a document. */
function asOperations(routes: readonly CodeRoute[]): ApiOperation[] {
  return routes
    .map(({ method, suffix }, index): ApiOperation => ({
      id: suffix,
      method: (method ?? 'GET').toUpperCase(),
      path: suffix.replaceAll('{}', '{id}'),
      pointer: [index],
      operation: {},
      parameters: [],
      secured: false,
    }))
    .filter((operation) => operation.path !== '' && !isOperational(operation));
}

function toFinding({ key, text, at }: SpecFinding, routes: readonly CodeRoute[]): GateFinding[] {
  const route = routes[Number(at?.[0])];
  if (route === undefined) return [];
  const { file, line } = route;
  return [{ key: `${key} in ${file}`, text: `${text} (route of the code)`, file, line }];
}

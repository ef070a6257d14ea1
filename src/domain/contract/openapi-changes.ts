import { breakingChange, type BreakingChange } from './breaking-change';
import { schemaChanges, type Side } from './openapi-schema-changes';
import {
  createResolver,
  isRecord,
  listOf,
  recordOf,
  type JsonRecord,
  type Resolve,
} from './openapi-document';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/**
 * What clients of an OpenAPI (2 or 3) document lose in another one, from both as parsed. References inside a document
 * are followed; those into other files are taken as unchanged.
 */
export function openApiChanges(path: string, before: unknown, after: unknown): BreakingChange[] {
  const changes: BreakingChange[] = [];
  const tell = (place: string, what: string): unknown =>
    changes.push(breakingChange('api', `${path}: ${place}`, what));
  compareDocuments({ before: createResolver(before), after: createResolver(after) }, tell, before, after);
  return changes;
}

type Tell = (place: string, what: string) => unknown;
interface Comparing {
  readonly before: Resolve;
  readonly after: Resolve;
}

/** Names of path parameters are the server's own business. */
const anonymous = (route: string): string => route.replace(/\{[^}]*\}/g, '{}');

function compareDocuments(resolvers: Comparing, tell: Tell, before: unknown, after: unknown): void {
  const compareSchemas = schemaChanges(resolvers, tell);
  const routes = new Map(
    Object.entries(recordOf(recordOf(after)['paths'])).map(([route, item]) => [
      anonymous(route),
      resolvers.after(item),
    ]),
  );
  for (const [route, item] of Object.entries(recordOf(recordOf(before)['paths']))) {
    if (route.startsWith('x-')) continue;
    const there = routes.get(anonymous(route));
    if (there === undefined) {
      tell(route, 'the path is gone');
      continue;
    }
    const here = resolvers.before(item);
    for (const method of METHODS) {
      if (!isRecord(here[method])) continue;
      const place = `${method.toUpperCase()} ${route}`;
      if (!isRecord(there[method])) tell(place, 'the operation is gone');
      else {
        const pair = { before: recordOf(here[method]), after: recordOf(there[method]) };
        compareParameters(resolvers, tell, compareSchemas, place, {
          before: [...listOf(here['parameters']), ...listOf(pair.before['parameters'])],
          after: [...listOf(there['parameters']), ...listOf(pair.after['parameters'])],
        });
        compareBodies(resolvers, tell, compareSchemas, place, pair);
        compareResponses(resolvers, tell, compareSchemas, place, pair);
      }
    }
  }
}

type CompareSchemas = (side: Side, place: string, before: unknown, after: unknown) => void;
interface Pair<T> {
  readonly before: T;
  readonly after: T;
}

function parametersOf(resolve: Resolve, list: readonly unknown[]): Map<string, JsonRecord> {
  return new Map(
    list
      .map((entry) => resolve(entry))
      .map((parameter) => [
        `${String(parameter['in'])} ${String(parameter['name']).toLowerCase()}`,
        parameter,
      ]),
  );
}

function compareParameters(
  resolvers: Comparing,
  tell: Tell,
  compareSchemas: CompareSchemas,
  place: string,
  lists: Pair<readonly unknown[]>,
): void {
  const before = parametersOf(resolvers.before, lists.before);
  for (const [key, now] of parametersOf(resolvers.after, lists.after)) {
    const where = now['in'];
    const known = before.get(key) ?? (where === 'body' ? bodyOf(before) : undefined);
    const name = `${String(where)} parameter ${String(now['name'])}`;
    if (where !== 'path' && now['required'] === true && known?.['required'] !== true)
      tell(place, `requires the ${name} now`);
    if (known !== undefined)
      compareSchemas('request', `${place} ${name}`, known['schema'] ?? known, now['schema'] ?? now);
  }
}

/** In OpenAPI 2 the body is a parameter whose name means nothing. */
const bodyOf = (parameters: ReadonlyMap<string, JsonRecord>): JsonRecord | undefined =>
  [...parameters].find(([key]) => key.startsWith('body '))?.[1];

function compareContent(
  tell: Tell,
  compareSchemas: CompareSchemas,
  side: Side,
  place: string,
  contents: Pair<unknown>,
): void {
  const after = recordOf(contents.after);
  for (const [type, media] of Object.entries(recordOf(contents.before))) {
    if (!isRecord(after[type])) tell(place, `no longer speaks ${type}`);
    else compareSchemas(side, place, recordOf(media)['schema'], after[type]['schema']);
  }
}

function compareBodies(
  resolvers: Comparing,
  tell: Tell,
  compareSchemas: CompareSchemas,
  operation: string,
  pair: Pair<JsonRecord>,
): void {
  const before = resolvers.before(pair.before['requestBody']);
  const after = resolvers.after(pair.after['requestBody']);
  if (after['required'] === true && before['required'] !== true) tell(operation, 'requires a body now');
  if (isRecord(pair.after['requestBody']))
    compareContent(tell, compareSchemas, 'request', `${operation} request`, {
      before: before['content'],
      after: after['content'],
    });
}

function compareResponses(
  resolvers: Comparing,
  tell: Tell,
  compareSchemas: CompareSchemas,
  operation: string,
  pair: Pair<JsonRecord>,
): void {
  const after = recordOf(pair.after['responses']);
  for (const [status, response] of Object.entries(recordOf(pair.before['responses']))) {
    if (status.startsWith('x-')) continue;
    const place = `${operation} response ${status}`;
    const there = after[status] ?? after[`${status.slice(0, 1)}XX`] ?? after['default'];
    if (there === undefined) {
      tell(place, 'the response is gone');
      continue;
    }
    const [here, now] = [resolvers.before(response), resolvers.after(there)];
    compareContent(tell, compareSchemas, 'response', place, {
      before: here['content'],
      after: now['content'],
    });
    if (here['schema'] !== undefined) compareSchemas('response', place, here['schema'], now['schema']);
  }
}

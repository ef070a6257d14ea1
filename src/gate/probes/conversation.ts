import type { GateSettings } from '../../domain/quality-gate/gate-settings';
import {
  createResolver,
  isRecord,
  type JsonRecord,
  type Resolve,
} from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';
import type { ProbeRequest, RunningService } from '../facts/service';
import { exampleRequest, fieldsOf } from './example-request';
import { type Exchange, isSuccess } from './exchange';
import { type Caller, findLogIn, logIn, type LogInWay } from './log-in';
import { isSignInLike, parseJson, pathParameterNames, requestBodyOf, rowsIn } from './operation-shape';

/** What is spoken to, and what is known of it. */
export interface ConversationTarget {
  readonly service: RunningService;
  readonly operations: readonly ApiOperation[];
  readonly document: JsonRecord;
  readonly settings: GateSettings;
  /** GraphQL schema of an API that is none of OpenAPI's. */
  readonly schema: string | null;
  /** Every few requests come from another address, so that limits by address are not met. */
  readonly manyClients?: boolean;
}

/** Up to two users that are logged in. */
interface Callers {
  readonly way: LogInWay | null;
  readonly first: Caller | null;
  readonly second: Caller | null;
}

interface ValidOptions {
  /** Null: nobody; absent: the first user where the operation needs one. */
  readonly caller?: Caller | null;
  /** With a resource of its own, so that it may be spoilt. */
  readonly fresh?: boolean;
  readonly query?: Readonly<Record<string, string>>;
}

/**
 * Requests to one running instance, made in the order asked for, and what was learnt on the way: who is logged in, which
 * ids exist.
 */
export interface Conversation extends ConversationTarget {
  readonly resolve: Resolve;
  /** Answers that were 429 so far, those of signing in left out. */
  readonly throttled: () => number;
  readonly send: (
    operation: ApiOperation | null,
    purpose: string,
    request: ProbeRequest,
  ) => Promise<Exchange>;
  readonly callers: () => Promise<Callers>;
  /** A request that the spec calls valid, with ids that exist where some could be found; null: none can be made. */
  valid(operation: ApiOperation, options?: ValidOptions): Promise<ProbeRequest | null>;
  /** Values for the path's parameters; null where no existing resource was found for one of them. */
  existing(
    operation: ApiOperation,
    caller: Caller | null,
    fresh: boolean,
  ): Promise<Record<string, string> | null>;
  /** Number of the next example, so that no two are the same. */
  readonly nextVariant: () => number;
}

const REQUEST_TIMEOUT_MS = 5000;
const REQUESTS_A_CLIENT = 3;
const MOST_CLIENTS = 2000;
const USERS = ['probe-a@example.com', 'probe-b@example.com'];

/** Starts a conversation. */
export function createConversation(target: ConversationTarget): Conversation {
  const { operations, settings, service } = target;
  const resolve = createResolver(target.document);
  const ids = new Map<string, Promise<string | null>>();
  let variant = 0;
  let throttled = 0;
  let sent = 0;
  let known: Promise<Callers> | undefined;

  const send: Conversation['send'] = async (operation, purpose, request) => {
    try {
      const client =
        target.manyClients === true
          ? { client: 1 + (Math.floor(sent / REQUESTS_A_CLIENT) % MOST_CLIENTS) }
          : {};
      sent += 1;
      const response = await service.request({ timeoutMs: REQUEST_TIMEOUT_MS, ...client, ...request });
      // Signing in has limits of its own; the instance is none the worse for it.
      if (response.status === 429 && (operation === null || !isSignInLike(operation))) throttled += 1;
      return { operation, purpose, request, response, fault: null };
    } catch (error) {
      return {
        operation,
        purpose,
        request,
        response: null,
        fault: error instanceof Error ? error.message : String(error),
      };
    }
  };

  async function meet(): Promise<Callers> {
    const way = findLogIn(operations, settings, resolve);
    if (way === null) return { way, first: null, second: null };
    const names = settings.users.length > 0 ? settings.users : way.configured ? [] : USERS;
    const enter = (user: string | undefined): Promise<Caller | null> =>
      user === undefined ? Promise.resolve(null) : logIn(send, { way, operations, settings, resolve, user });
    const first = await enter(names[0]);
    return { way, first, second: first === null ? null : await enter(names[1]) };
  }
  const callers = (): Promise<Callers> => (known ??= meet());

  const callerFor = async (operation: ApiOperation, { caller }: ValidOptions): Promise<Caller | null> =>
    caller !== undefined ? caller : operation.secured ? (await callers()).first : null;

  async function idIn(
    collection: string,
    place: { readonly parameter: string; readonly path: Record<string, string> },
    caller: Caller | null,
    fresh: boolean,
    depth: number,
  ): Promise<string | null> {
    const at = (method: string): ApiOperation | undefined =>
      operations.find((one) => one.path === collection && one.method.toLowerCase() === method);
    const ask = async (operation: ApiOperation | undefined): Promise<Exchange | null> => {
      if (operation === undefined) return null;
      const who = operation.secured ? caller : null;
      const request = exampleRequest(operation, {
        resolve,
        variant: (variant += 1),
        path: place.path,
        known: await references(operation, caller, depth),
        headers: who?.headers ?? {},
      });
      return request === null ? null : send(operation, 'valid', request);
    };
    const create = at('post');
    const made =
      create !== undefined && !(isSignInLike(create) && !create.secured) ? await ask(create) : null;
    if (made !== null && isSuccess(made)) {
      const location = made.response?.headers['location']?.split('?')[0]?.split('/').at(-1);
      const id = idOf(parseJson(made.response?.body ?? ''), place.parameter) ?? location;
      if (id !== undefined && id !== '') return id;
    }
    if (fresh) return null;
    const listed = await ask(at('get'));
    if (listed === null || !isSuccess(listed)) return null;
    const rows = rowsIn(parseJson(listed.response?.body ?? '')) ?? [];
    return rows.map((row) => idOf(row, place.parameter)).find((id) => id !== undefined) ?? null;
  }

  async function references(
    operation: ApiOperation,
    caller: Caller | null,
    depth: number,
  ): Promise<JsonRecord> {
    const body = requestBodyOf(operation);
    if (body === null || depth > 2) return {};
    const found: Record<string, unknown> = {};
    for (const { steps, required, schema } of fieldsOf(body.schema, resolve)) {
      const name = steps.at(-1) ?? '';
      const resource = /^(.+?)_?id$/i.exec(name)?.[1];
      if (resource === undefined || !required) continue;
      const collection = collectionNamed(resource);
      if (collection === null || collection === operation.path) continue;
      const id = await idAt(collection, { parameter: name, path: {} }, caller, false, depth + 1);
      if (id !== null) found[name] = schema['type'] === 'integer' ? Number(id) : id;
    }
    return found;
  }

  function collectionNamed(resource: string): string | null {
    const word = resource.replaceAll(/[_-]/g, '').toLowerCase();
    const plurals = [word, `${word}s`, `${word}es`, word.replace(/y$/, 'ies')];
    const found = operations.find(
      ({ path }) =>
        !path.includes('{') &&
        plurals.includes((path.split('/').at(-1) ?? '').replaceAll(/[_-]/g, '').toLowerCase()),
    );
    return found?.path ?? null;
  }

  function idAt(
    ...[collection, place, caller, fresh, depth]: Parameters<typeof idIn>
  ): Promise<string | null> {
    if (fresh) return idIn(collection, place, caller, fresh, depth);
    const key = JSON.stringify([collection, place, caller?.name ?? null]);
    const found = ids.get(key) ?? idIn(collection, place, caller, fresh, depth);
    ids.set(key, found);
    return found;
  }

  const existing: Conversation['existing'] = async (operation, caller, fresh) => {
    const path: Record<string, string> = {};
    const names = pathParameterNames(operation.path);
    for (const [index, parameter] of names.entries()) {
      const collection = operation.path.slice(0, operation.path.indexOf(`/{${parameter}}`));
      const last = index === names.length - 1;
      const id =
        (await idAt(collection, { parameter, path: { ...path } }, caller, fresh && last, 0)) ??
        (fresh && last ? await idAt(collection, { parameter, path: { ...path } }, caller, false, 0) : null);
      if (id === null) return null;
      path[parameter] = id;
    }
    return path;
  };

  return {
    ...target,
    resolve,
    throttled: () => throttled,
    send,
    callers,
    existing,
    nextVariant: () => (variant += 1),
    async valid(operation, options = {}) {
      const caller = await callerFor(operation, options);
      const owner = caller ?? (operations.some(({ secured }) => secured) ? (await callers()).first : null);
      const path = await existing(operation, owner, options.fresh === true);
      return exampleRequest(operation, {
        resolve,
        variant: (variant += 1),
        known: await references(operation, owner, 0),
        ...(path === null ? {} : { path }),
        ...(options.query === undefined ? {} : { query: options.query }),
        headers: caller?.headers ?? {},
      });
    },
  };
}

/** The id in a row or in the answer to a creation, by the name of the parameter it is for. */
export function idOf(body: unknown, parameter: string, depth = 0): string | undefined {
  if (!isRecord(body)) return undefined;
  const plain = (name: string): string => name.replaceAll(/[_-]/g, '').toLowerCase();
  const wanted = [plain(parameter), 'id', 'uuid', plain(parameter).replace(/id$/, ''), 'slug', 'key', 'code'];
  for (const name of wanted) {
    const value = Object.entries(body).find(
      ([key]) => plain(key) === name || (name === 'id' && key === '_id'),
    )?.[1];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  const inner = Object.values(body).filter(isRecord);
  return depth < 2
    ? inner.map((one) => idOf(one, parameter, depth + 1)).find((id) => id !== undefined)
    : undefined;
}

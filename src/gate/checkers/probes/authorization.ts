import { CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import { listOf, recordOf } from '../../../domain/contract/openapi-document';
import { type Conversation, idOf } from '../../probes/conversation';
import { credentialPlace, hasSecuritySchemes, withCredential } from '../../probes/credentials';
import { exampleRequest } from '../../probes/example-request';
import { type Exchange, isSuccess, type ProbeFinding, wasAnswered } from '../../probes/exchange';
import { graphqlAuthorization } from '../../probes/graphql-probes';
import type { Caller } from '../../probes/log-in';
import {
  isHousekeeping,
  isSignInLike,
  nameOf,
  parseJson,
  pathParameterNames,
  rowsIn,
} from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { inTurn } from '../../probes/turns';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_SECURED_API } from './planted-api';
import { readsService } from './reads';

const MOST_OPERATIONS = 60;

/** Item 14: secured operations know their caller, unsecured ones are meant to be, and nobody reaches what is another's. */
export const AUTHORIZATION: GateChecker = {
  name: 'authorization-probe',
  version: '1',
  subjects: ['authorization'],
  scope: 'objective',
  reads: readsService,
  control: controlled,
  check: async (inspection) =>
    inTurn(inspection, async (conversation) => {
      if (conversation.schema !== null) return [await graphqlAuthorization(conversation)];
      const { findings, secured, doubt, notes, shown } = await judge(conversation);
      const { publicOps } = conversation.settings;
      if (findings.length === 0) {
        if (secured === 0 && publicOps === null)
          throw new DoesNotApply(
            'no-secured-operations',
            'the spec secures no operation and no list of public ones is configured',
          );
        if (doubt !== null) throw new CannotTell(doubt);
      }
      const clean =
        secured === 0
          ? 'every operation is named public in the configuration'
          : `${secured} secured operations refuse callers without a token; ${notes.join('; ')}`;
      return [probeAnswer('authorization', findings, clean, { shown })];
    }),
};

interface Judged {
  readonly findings: readonly ProbeFinding[];
  readonly secured: number;
  readonly doubt: string | null;
  readonly notes: readonly string[];
  readonly shown: readonly Exchange[];
}

/** Operations that anybody may call, and things that another user reaches. */
export async function judge(conversation: Conversation): Promise<Judged> {
  const secured = conversation.operations.filter((one) => one.secured);
  const findings: ProbeFinding[] = [...unmeant(conversation)];
  const shown: Exchange[] = [];
  for (const operation of secured.slice(0, MOST_OPERATIONS)) {
    const request = await conversation.valid(operation);
    if (request === null) continue;
    const bare = withCredential(
      request,
      credentialPlace(conversation, operation),
      null,
      conversation.settings.authHeader,
    );
    const exchange = await conversation.send(operation, 'no token', bare);
    if (shown.length < 2) shown.push(exchange);
    const fault = openness(operation, exchange);
    if (fault !== null) findings.push(fault);
  }
  const objects = await judgeObjects(conversation, secured);
  const admins = await openToUsers(conversation, secured);
  return {
    findings: [...findings, ...objects.findings],
    secured: secured.length,
    doubt: objects.doubt,
    notes: [...objects.notes, ...admins],
    shown: [...shown, ...objects.shown],
  };
}

/** Operations that look like an administrator's and are served to a plain user: worth a look, and no more than that. */
async function openToUsers(
  conversation: Conversation,
  secured: readonly ApiOperation[],
): Promise<readonly string[]> {
  const { second } = await conversation.callers();
  const served: string[] = [];
  const reading = secured.filter(
    ({ id, path, method }) => /admin/i.test(`${id} ${path}`) && method.toLowerCase() === 'get',
  );
  for (const operation of reading) {
    const request = second === null ? null : await conversation.valid(operation, { caller: second });
    if (request === null) continue;
    const exchange = await conversation.send(operation, 'a plain user', request);
    if (isSuccess(exchange)) served.push(nameOf(operation));
  }
  return served.length === 0
    ? []
    : [`served to the second test user, though an administrator's by name: ${served.join(', ')}`];
}

function openness(operation: ApiOperation, exchange: Exchange): ProbeFinding | null {
  if (!wasAnswered(exchange)) return null;
  const { status } = exchange.response;
  if ([401, 403, 400, 415, 422].includes(status) || status >= 500 || (status >= 300 && status < 400))
    return null;
  return {
    key: `open:${nameOf(operation)}`,
    text: `${nameOf(operation)} is secured in the spec and answers ${status} to a caller without a token.`,
    exchange,
  };
}

/** Operations that need no caller, and of which nobody said that they should not. */
function unmeant(conversation: Conversation): readonly ProbeFinding[] {
  const { operations, settings, document } = conversation;
  const { publicOps } = settings;
  if (publicOps === null && !hasSecuritySchemes(conversation)) return [];
  const judged = operations.filter((one) => !isHousekeeping(one) && !isSignInLike(one));
  const securedShare = judged.filter((one) => one.secured).length / Math.max(1, judged.length);
  return judged
    .filter((one) => !one.secured)
    .filter(({ id, method, path, operation }) => {
      if (publicOps !== null)
        return !publicOps.some((name) => [id, path, `${method.toUpperCase()} ${path}`].includes(name));
      // Without a list an empty requirement of its own is the statement that it is public.
      const said = Array.isArray(operation['security']) || listOf(document['security']).length > 0;
      const reads = ['get', 'head', 'options'].includes(method.toLowerCase());
      return !said && (!reads || securedShare > 0.6);
    })
    .map((one) => ({
      key: `unsecured:${nameOf(one)}`,
      text:
        publicOps === null
          ? `${nameOf(one)} has no security requirement, and nothing says that it is public.`
          : `${nameOf(one)} needs no caller and is not among the operations named public.`,
    }));
}

/** Paths that name one thing: the last parameter ends the path, or an action of it does. */
const ofOneThing = ({ path }: ApiOperation): boolean => /\{[^}]+\}(?:\/[a-z_-]+)?$/i.test(path);

async function judgeObjects(
  conversation: Conversation,
  secured: readonly ApiOperation[],
): Promise<Omit<Judged, 'secured'>> {
  const things = secured.filter(ofOneThing);
  const nothing = { findings: [], doubt: null, shown: [] };
  if (things.length === 0) return { ...nothing, notes: ['no secured operation names a single thing'] };
  const { first, second, way } = await conversation.callers();
  if (first === null || second === null) {
    const missing =
      way === null
        ? 'a log-in (`auth.login`) and two test users (`auth.users`)'
        : 'two test users that can log in (`auth.users`)';
    return {
      ...nothing,
      notes: [],
      doubt: `whether one user reaches what is another's cannot be told: configure ${missing}`,
    };
  }
  const findings: ProbeFinding[] = [];
  const shown: Exchange[] = [];
  const shared = new Set<string>();
  let judged = 0;
  // Reading first: it leaves the thing as it is.
  const ordered = [...things].sort((a, b) => rank(a) - rank(b));
  for (const operation of ordered.slice(0, MOST_OPERATIONS)) {
    const path = await conversation.existing(operation, first, true);
    if (path === null) continue;
    const owned = await isOwned(conversation, operation, path, { first, second });
    if (owned?.owned !== true) {
      shared.add(operation.path);
      continue;
    }
    const request = exampleRequest(operation, {
      resolve: conversation.resolve,
      variant: conversation.nextVariant(),
      path,
      headers: second.headers,
    });
    if (request === null) continue;
    judged += 1;
    const exchange = await conversation.send(operation, "another user's thing", request);
    shown.push(exchange);
    const reads = operation.method.toLowerCase() === 'get';
    // What the other user's own list shows as well is meant to be read, unless the spec says whose it is.
    const openToAll = owned.listed !== null && !owned.said;
    if (isSuccess(exchange) && !(reads && openToAll)) {
      findings.push({
        key: `foreign:${nameOf(operation)}`,
        text: `${nameOf(operation)} lets ${second.name} at a thing that ${first.name} made (${exchange.response?.status ?? ''}).`,
        exchange,
      });
    }
    if (
      owned.listed !== null &&
      owned.listed.operation !== null &&
      (owned.said || (reads && wasAnswered(exchange) && !isSuccess(exchange)))
    ) {
      findings.push({
        key: `foreign-list:${nameOf(owned.listed.operation)}`,
        text: `${nameOf(owned.listed.operation)} shows ${second.name} a thing that ${first.name} made.`,
        exchange: owned.listed,
      });
    }
  }
  const rest =
    shared.size === 0
      ? ''
      : `; not judged, because they look shared or could not be made: ${[...shared].slice(0, 5).join(', ')}`;
  return {
    findings,
    doubt: null,
    shown: shown.slice(0, 3),
    notes: [`${judged} of ${things.length} operations on single things refuse another user${rest}`],
  };
}

const OWNER = /^(?:owner|user|created_?by|account|customer|tenant|member)(?:_?id)?$/i;
/** How specs say that a thing is its maker's. */
const OWN =
  /\b(?:one's own|own|my|mine|your|yours|caller(?:'s)?|signed[- ]in|current user|belong(?:s|ing)?)\b/i;

/**
 * Whether a thing belongs to its maker: it or its table names an owner, or the other user's list goes without it. With it
 * whether the spec says so, and the other user's list where it has the thing. Null: its maker does not reach it either.
 */
async function isOwned(
  conversation: Conversation,
  operation: ApiOperation,
  path: Readonly<Record<string, string>>,
  { first, second }: { readonly first: Caller; readonly second: Caller },
): Promise<{ owned: boolean; said: boolean; listed: Exchange | null } | null> {
  const { operations, resolve, service } = conversation;
  const parameter = pathParameterNames(operation.path).at(-1) ?? '';
  const item = operation.path.slice(0, operation.path.indexOf(`{${parameter}}`) + parameter.length + 2);
  const collection = item.slice(0, item.lastIndexOf('/'));
  const reader = operations.find((one) => one.path === item && one.method.toLowerCase() === 'get');
  const request =
    reader === undefined
      ? null
      : exampleRequest(reader, { resolve, variant: 1, path, headers: first.headers });
  const own =
    reader === undefined || request === null ? null : await conversation.send(reader, 'valid', request);
  if (own !== null && !isSuccess(own)) return null;
  const lister = operations.find((one) => one.path === collection && one.method.toLowerCase() === 'get');
  const id = path[parameter] ?? '';
  const listOfCaller = async (caller: Caller): Promise<Exchange | null> => {
    const asked =
      lister === undefined
        ? null
        : exampleRequest(lister, { resolve, variant: 1, path, headers: caller.headers });
    return lister === undefined || asked === null
      ? null
      : conversation.send(lister, `the list of ${caller.name}`, asked);
  };
  const shows = (list: Exchange | null): boolean =>
    list !== null &&
    isSuccess(list) &&
    (rowsIn(parseJson(list.response?.body ?? '')) ?? []).some((row) => idOf(row, parameter) === id);
  const mine = await listOfCaller(first);
  const theirs = await listOfCaller(second);
  const body = own?.response?.body ?? '';
  const table = (collection.split('/').at(-1) ?? '').replaceAll('-', '_').toLowerCase();
  const owned =
    /"(?:owner|user|created_?by|account|customer|tenant|member)_?id"\s*:/i.test(body) ||
    (service.database?.tables ?? []).some(
      ({ name, columns }) => name.toLowerCase() === table && columns.some((one) => OWNER.test(one.name)),
    );
  const apart = theirs !== null && isSuccess(theirs) && shows(mine) && !shows(theirs);
  const words = [lister, reader, operation].flatMap((one) => [
    one?.operation['summary'],
    one?.operation['description'],
  ]);
  return {
    owned: owned || apart,
    said: words.some((text) => typeof text === 'string' && OWN.test(text)),
    listed: lister?.secured === true && shows(theirs) ? theirs : null,
  };
}

function rank({ method }: ApiOperation): number {
  return ['get', 'post', 'patch', 'put', 'delete'].indexOf(method.toLowerCase());
}

/** A service whose things everybody reaches by id, though lists are apart; and whose creation needs no token. */
async function controlled(): Promise<boolean> {
  const things: { id: number; name: string; owner_id: string }[] = [];
  const planted = converseWithPlanted(
    PLANTED_SECURED_API,
    ({ method, path, headers, body }) => {
      const who = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1];
      if (path === '/v1/login') return { status: 200, body: { token: String(recordOf(body)['email']) } };
      if (method === 'POST') {
        const thing = {
          id: things.length + 1,
          name: String(recordOf(body)['name']),
          owner_id: who ?? 'nobody',
        };
        things.push(thing);
        return { status: 201, body: thing };
      }
      if (who === undefined) return { status: 401, body: {} };
      if (path === '/v1/things') return { status: 200, body: things.filter((one) => one.owner_id === who) };
      const found = things.find(({ id }) => path === `/v1/things/${id}`);
      return found === undefined ? { status: 404, body: {} } : { status: 200, body: found };
    },
    { publicOps: ['login'] },
  );
  const keys = (await judge(planted)).findings.map(({ key }) => key);
  return keys.includes('foreign:GET /v1/things/{thingId}') && keys.includes('open:POST /v1/things');
}

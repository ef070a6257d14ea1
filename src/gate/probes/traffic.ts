import type { ApiOperation } from '../facts/api-description';
import type { Inspection } from '../inspection';
import type { Conversation } from './conversation';
import type { Exchange } from './exchange';
import { isSignInLike, nameOf } from './operation-shape';
import { inTurn } from './turns';
import { variationsOf } from './variations';

/** Valid and spoilt requests for every operation, and some for none, with their answers. */
export interface Traffic {
  readonly exchanges: readonly Exchange[];
  readonly operations: readonly ApiOperation[];
  /** Operations left out, by name, and why. */
  readonly left: readonly string[];
  /** The service's process ended while it was probed: the request it did not survive. */
  readonly killer: Exchange | null;
}

const MOST_OPERATIONS = 60;
const MOST_MS = 8000;

const known = new WeakMap<Inspection, Promise<Traffic>>();

/** The traffic of an inspection, made once for all checkers that look at it. */
export function trafficOf(inspection: Inspection): Promise<Traffic> {
  const found = known.get(inspection) ?? inTurn(inspection, makeTraffic);
  known.set(inspection, found);
  return found;
}

/** Makes the traffic: reading operations first, deleting ones last, each with ids of its own where it spoils something. */
export async function makeTraffic(conversation: Conversation): Promise<Traffic> {
  const { operations, send } = conversation;
  const exchanges: Exchange[] = [];
  const left: string[] = [];
  const callers = await conversation.callers();
  const deadline = performance.now() + MOST_MS;
  const say = async (
    operation: ApiOperation | null,
    purpose: string,
    request: Exchange['request'],
  ): Promise<boolean> => {
    const exchange = await send(operation, purpose, request);
    exchanges.push(exchange);
    return exchange.response !== null || conversation.service.isAlive();
  };
  const ordered = [...operations].sort((a, b) => rank(a) - rank(b));
  const done: ApiOperation[] = [];
  for (const [index, operation] of ordered.entries()) {
    if (index >= MOST_OPERATIONS || performance.now() > deadline) {
      left.push(nameOf(operation));
      continue;
    }
    const changes = !['get', 'head'].includes(operation.method.toLowerCase());
    // Whoever signs out, or removes their own account, is not known to the requests after it.
    const parting = /log-?out|sign-?out|revoke/i.test(nameOf(operation)) || isOwnRemoval(operation);
    const valid = await conversation.valid(operation, {
      fresh: changes,
      ...(parting ? { caller: null } : {}),
    });
    if (valid === null) {
      left.push(nameOf(operation));
      continue;
    }
    done.push(operation);
    const headers = (operation.secured && !parting ? callers.first?.headers : undefined) ?? {};
    const requests = [
      { purpose: 'valid', request: valid },
      ...variationsOf(conversation, operation, valid, headers),
    ];
    for (const { purpose, request } of requests) {
      if (!(await say(operation, purpose, request))) {
        return { exchanges, operations: done, left, killer: exchanges.at(-1) ?? null };
      }
    }
  }
  for (const { purpose, request } of requestsForNothing(operations)) await say(null, purpose, request);
  return { exchanges, operations: done, left, killer: null };
}

function isOwnRemoval({ method, path }: ApiOperation): boolean {
  return method.toLowerCase() === 'delete' && !path.includes('{');
}

/** Reading operations first, deleting ones late, signing in last. */
export function rank(operation: ApiOperation): number {
  const order = ['get', 'head', 'post', 'put', 'patch', 'delete'].indexOf(operation.method.toLowerCase());
  // Signing in has limits of its own, which are soon reached.
  return isSignInLike(operation) ? 20 : order;
}

/** Requests that no operation is for. */
function requestsForNothing(
  operations: readonly ApiOperation[],
): readonly { readonly purpose: string; readonly request: Exchange['request'] }[] {
  const plain = operations.find(({ path }) => !path.includes('{'));
  const base = plain?.path.split('/').slice(0, 2).join('/') ?? '';
  const methods = operations
    .filter(({ path }) => path === plain?.path)
    .map(({ method }) => method.toLowerCase());
  const other = ['delete', 'patch', 'put'].find((method) => !methods.includes(method));
  return [
    { purpose: 'unknown path', request: { method: 'GET', path: '/no-such-path-0b5e7a' } },
    { purpose: 'unknown path', request: { method: 'GET', path: `${base}/no-such-path-0b5e7a` } },
    { purpose: 'unknown path', request: { method: 'POST', path: `${base}/no-such-path-0b5e7a`, body: {} } },
    ...(plain === undefined || other === undefined
      ? []
      : [{ purpose: 'method not offered', request: { method: other.toUpperCase(), path: plain.path } }]),
  ];
}

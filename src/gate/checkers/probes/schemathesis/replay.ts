import { setTimeout } from 'node:timers/promises';
import type { ApiOperation } from '../../../facts/api-description';
import type { ProbeRequest } from '../../../facts/service';
import type { Conversation } from '../../../probes/conversation';
import type { Exchange } from '../../../probes/exchange';
import { nameOf } from '../../../probes/operation-shape';
import type { FailureType, FuzzReport, TriedRequest } from './report';

const MOST_OF_A_KIND = 2;
const MOST_REPLAYS = 80;
const MOST_MS = 30_000;
const LAST_REQUESTS = 10;
const END_KNOWN_MS = 500;
const POLL_MS = 25;
/** What the client adds by itself. */
const OF_THE_CONNECTION =
  /^(?:host|connection|content-length|accept-encoding|transfer-encoding|user-agent|x-schemathesis-testcaseid)$/i;

/** A request that was held against the service, made once more, and what came of it. */
export interface Replayed {
  readonly tried: TriedRequest;
  readonly exchange: Exchange;
}

interface Replay {
  readonly replayed: readonly Replayed[];
  /** The request the service's process did not survive. */
  readonly killer: Exchange | null;
}

/** Makes the requests that failed once more: of those with the same failure of the same operation the first ones. */
export async function replayFailures(conversation: Conversation, report: FuzzReport): Promise<Replay> {
  return replay(conversation, oneOfEach(report.requests));
}

/** Makes the last requests before the service's process ended once more, with another instance. */
export async function replayLast(conversation: Conversation, report: FuzzReport): Promise<Replay> {
  const unanswered = report.requests.filter(({ status }) => status === null);
  const from = unanswered[0] === undefined ? report.requests.length : report.requests.indexOf(unanswered[0]);
  return replay(conversation, report.requests.slice(Math.max(0, from - LAST_REQUESTS), from + 1));
}

async function replay(conversation: Conversation, requests: readonly TriedRequest[]): Promise<Replay> {
  const deadline = performance.now() + MOST_MS;
  const replayed: Replayed[] = [];
  for (const tried of requests.slice(0, MOST_REPLAYS)) {
    if (performance.now() > deadline) break;
    const operation = conversation.operations.find((one) => nameOf(one) === tried.label) ?? null;
    if (operation === null || tried.isBinary) continue;
    const exchange = await again(conversation, operation, tried);
    replayed.push({ tried, exchange });
    if (exchange.response === null && (await hasEnded(conversation))) return { replayed, killer: exchange };
  }
  return { replayed, killer: null };
}

/** The connection closes a moment before the end of the process is known. */
async function hasEnded({ service }: Conversation): Promise<boolean> {
  for (let waited = 0; waited < END_KNOWN_MS && service.isAlive(); waited += POLL_MS)
    await setTimeout(POLL_MS);
  return !service.isAlive();
}

function again(conversation: Conversation, operation: ApiOperation, tried: TriedRequest): Promise<Exchange> {
  const headers = Object.entries(tried.headers).filter(([name]) => !OF_THE_CONNECTION.test(name));
  const request: ProbeRequest = {
    method: tried.method,
    path: tried.uri.replace(/^[a-z]+:\/\/[^/?#]+/i, '') || '/',
    headers: Object.fromEntries(headers),
    ...(tried.body === null ? {} : { body: tried.body }),
  };
  return conversation.send(operation, 'made from the spec', request);
}

/** Throttled answers say nothing of the operation. */
function oneOfEach(requests: readonly TriedRequest[]): TriedRequest[] {
  const counts = new Map<string, number>();
  return requests.filter(({ failures, label, status }) => {
    if (status === 429) return false;
    const kinds = failures.map((failure: FailureType) => `${failure} ${label} ${String(status)}`);
    const fresh = kinds.some((kind) => (counts.get(kind) ?? 0) < MOST_OF_A_KIND);
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return fresh;
  });
}

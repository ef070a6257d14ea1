import { isRecord, recordOf } from '../../../domain/contract/openapi-document';
import type { ProbeRequest, ProbeResponse, RunningService } from '../../facts/service';
import type { Inspection } from '../../inspection';
import { type Conversation, createConversation } from '../../probes/conversation';
import { type Exchange, isSuccess } from '../../probes/exchange';
import { callOf, graphqlRequest, readGraphqlSchema, rootFields } from '../../probes/graphql-request';
import { isHousekeeping, isSignInLike, nameOf, parseJson } from '../../probes/operation-shape';

/** An operation and requests that it answered with success. */
export interface Occasion {
  /** `GET /v1/orders/{orderId}`, or `query products`. */
  readonly name: string;
  readonly reads: boolean;
  /** Its use spoils nothing that a load could wear out: neither signing in nor removing. */
  readonly repeatable: boolean;
  /** About being alive or its own figures, not about the service's work. */
  readonly housekeeping: boolean;
  readonly requests: readonly ProbeRequest[];
  /** The last answer. */
  readonly response: ProbeResponse;
}

/** What can be asked of a running service, and what was left out and why. */
export interface Occasions {
  readonly all: readonly Occasion[];
  /** Operations of the description that read, whether they could be asked or not. */
  readonly readingOperations: number;
  /** Those of them that are about the service's work. */
  readonly workingReads: number;
  /** Reading operations that were asked as described and failed with 5xx or not at all. */
  readonly failing: readonly { readonly name: string; readonly exchange: Exchange }[];
  readonly left: readonly string[];
}

const MOST_OPERATIONS = 40;
/** Each with values of its own, so that none is refused for being there already. */
const VARIANTS = 4;
const REMOVING = /^delete$/i;

/** Asks each operation once, with ids that exist and a caller where one is needed. */
export async function findOccasions(inspection: Inspection, service: RunningService): Promise<Occasions> {
  const api = await inspection.api();
  const { settings } = inspection;
  if (api.kind === 'graphql') {
    return askQueries(
      createConversation({ service, settings, operations: [], document: {}, schema: api.text }),
    );
  }
  const conversation = createConversation({
    service,
    settings,
    operations: api.operations,
    document: recordOf(api.document),
    schema: null,
  });
  return askOperations(conversation);
}

async function askOperations(conversation: Conversation): Promise<Occasions> {
  const all: Occasion[] = [];
  const failing: { name: string; exchange: Exchange }[] = [];
  const left: string[] = [];
  const isReading = ({ method }: { readonly method: string }): boolean => /^get$/i.test(method);
  // Reading first: what removes comes when everything else has been asked.
  const { way, first } = await conversation.callers();
  const ordered = [...conversation.operations].sort((a, b) => rankOf(a.method) - rankOf(b.method));
  for (const [index, operation] of ordered.entries()) {
    const name = nameOf(operation);
    if (index >= MOST_OPERATIONS) {
      left.push(`${name} (only ${String(MOST_OPERATIONS)} operations are asked)`);
      continue;
    }
    const reads = isReading(operation);
    const requests: ProbeRequest[] = [];
    let last: Exchange | null = null;
    for (let variant = 0; variant < (reads ? 1 : VARIANTS); variant += 1) {
      // Signing in succeeds for who is known, not for an example.
      const request =
        operation === way?.operation && first !== null
          ? way.request(first.name)
          : await conversation.valid(operation, { fresh: REMOVING.test(operation.method) });
      if (request === null) break;
      last = await conversation.send(operation, 'valid', request);
      if (!isSuccess(last)) break;
      requests.push(request);
    }
    const response = last?.response ?? null;
    if (response !== null && requests.length > 0) {
      all.push({
        name,
        reads,
        repeatable: !isSignInLike(operation) && !REMOVING.test(operation.method),
        housekeeping: isHousekeeping(operation),
        requests,
        response,
      });
    } else {
      if (reads && last !== null && (last.response === null || last.response.status >= 500))
        failing.push({ name, exchange: last });
      left.push(`${name} (${last === null ? 'no request can be made' : heard(last)})`);
    }
  }
  const reading = conversation.operations.filter(isReading);
  const workingReads = reading.filter((operation) => !isHousekeeping(operation)).length;
  return { all, readingOperations: reading.length, workingReads, failing, left };
}

async function askQueries(conversation: Conversation): Promise<Occasions> {
  const all: Occasion[] = [];
  const failing: { name: string; exchange: Exchange }[] = [];
  const left: string[] = [];
  const fields = rootFields(readGraphqlSchema(conversation), 'query').slice(0, MOST_OPERATIONS);
  for (const field of fields) {
    const name = `query ${field.name}`;
    const request = graphqlRequest(conversation, `{ ${callOf(field)} }`);
    const exchange = await conversation.send(null, 'valid', request);
    if (exchange.response === null || exchange.response.status >= 500) failing.push({ name, exchange });
    if (exchange.response === null || !isSuccess(exchange) || hasErrors(exchange.response.body)) {
      left.push(`${name} (${heard(exchange)})`);
      continue;
    }
    all.push({
      name,
      reads: true,
      repeatable: true,
      housekeeping: false,
      requests: [request],
      response: exchange.response,
    });
  }
  return { all, readingOperations: fields.length, workingReads: fields.length, failing, left };
}

function hasErrors(body: string): boolean {
  const answer = parseJson(body);
  return isRecord(answer) && answer['errors'] !== undefined;
}

function heard({ response, fault }: Exchange): string {
  return response === null ? (fault ?? 'no answer') : `answered ${String(response.status)}`;
}

function rankOf(method: string): number {
  return ['get', 'head', 'post', 'put', 'patch', 'delete'].indexOf(method.toLowerCase());
}

/** A cheap request to feel with whether the service still turns to others. */
export function cheapRequest(inspection: Inspection): ProbeRequest {
  return { method: 'GET', path: inspection.settings.run?.health ?? '/no-such-path-5f0c' };
}

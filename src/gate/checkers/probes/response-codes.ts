import type { GateChecker } from '../../checker';
import { CannotTell } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import { type Exchange, isSuccess, type ProbeFinding, wasAnswered } from '../../probes/exchange';
import { graphqlStatuses } from '../../probes/graphql-probes';
import { declaredResponse, nameOf } from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { makeTraffic, type Traffic, trafficOf } from '../../probes/traffic';
import { inTurn } from '../../probes/turns';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_API } from './planted-api';
import { readsService } from './reads';

/** Refusals that servers make before an operation is looked at; few specs declare them. */
const OF_THE_SERVER = new Set([405, 406, 408, 411, 413, 414, 417, 426, 429, 431]);
/** The same, but a spec that declares it somewhere has to everywhere. */
const OF_BODIES = 415;
/** Failures of others that an operation may report, when it says so. */
const OF_OTHERS = new Set([501, 502, 503, 504]);

/** Item 3 at run time: valid and spoilt requests are answered with codes the spec declares, and never with a failure. */
export const RESPONSE_CODES: GateChecker = {
  name: 'response-codes-probe',
  version: '1',
  subjects: ['response-codes'],
  scope: 'objective',
  reads: readsService,
  control: async () => {
    const planted = converseWithPlanted(PLANTED_API, ({ method, path }) =>
      method === 'GET' && path === '/v1/things/not~an~id' ? { status: 500 } : { status: 200, body: [] },
    );
    const keys = judge(await makeTraffic(planted)).map(({ key }) => key);
    return (
      keys.includes('failure:malformed id:GET /v1/things/{thingId}') &&
      keys.includes('undeclared:200:POST /v1/things')
    );
  },
  check: async (inspection) => {
    const api = await inspection.api();
    if (api.kind === 'graphql') {
      return [await inTurn(inspection, (conversation) => graphqlStatuses(conversation))];
    }
    const traffic = await trafficOf(inspection);
    const findings = judge(traffic);
    const answered = traffic.exchanges.filter(wasAnswered);
    if (findings.length === 0 && answered.length === 0) {
      throw new CannotTell(
        'no request of the probes was answered; see whether the service starts and listens',
      );
    }
    return [probeAnswer('response-codes', findings, describe(traffic), { shown: samples(traffic) })];
  },
};

/** Answers that the spec does not declare, and failures. */
export function judge({ exchanges, killer, operations }: Traffic): ProbeFinding[] {
  const declaredSomewhere = statusesDeclared(exchanges);
  const paths = new Set(operations.map(({ path }) => path));
  const findings = exchanges.flatMap((exchange) => faultsOf(exchange, declaredSomewhere, paths));
  if (killer !== null && killer.operation !== null) {
    findings.unshift({
      key: `ended:${killer.purpose}:${nameOf(killer.operation)}`,
      text: `The service's process ended on ${nameOf(killer.operation)} (${killer.purpose}).`,
      exchange: killer,
    });
  }
  return findings;
}

function faultsOf(
  exchange: Exchange,
  declaredSomewhere: ReadonlySet<number>,
  paths: ReadonlySet<string>,
): ProbeFinding[] {
  const { operation, purpose } = exchange;
  if (!wasAnswered(exchange)) return [];
  const { status } = exchange.response;
  const where = operation === null ? purpose : nameOf(operation);
  const declared = operation === null ? null : declaredResponse(operation, status);
  const reported = declared !== null && OF_OTHERS.has(status);
  if (status >= 500 && !reported) {
    return [
      { key: `failure:${purpose}:${where}`, text: `${where} fails with ${status} (${purpose}).`, exchange },
    ];
  }
  if (operation === null) {
    return status >= 200 && status < 300 && purpose === 'unknown path'
      ? [
          {
            key: `unknown-path:${exchange.request.method}`,
            text: `An unknown path is answered with ${status} instead of 404.`,
            exchange,
          },
        ]
      : [];
  }
  const silently = OF_THE_SERVER.has(status) || (status === OF_BODIES && !declaredSomewhere.has(status));
  if (declared === null && !silently) {
    return [
      {
        key: `undeclared:${status}:${where}`,
        text: `${where} answers ${status}, which the spec does not declare (${purpose}).`,
        exchange,
      },
    ];
  }
  return isSuccess(exchange) ? accepted(operation, exchange, paths) : [];
}

/** Spoilt requests that were taken as if they were none. */
function accepted(operation: ApiOperation, exchange: Exchange, paths: ReadonlySet<string>): ProbeFinding[] {
  const where = nameOf(operation);
  const { purpose } = exchange;
  const method = operation.method.toLowerCase();
  // Of a collection that is there as well: a path may also name a day, or a language.
  const isOfOne =
    operation.path.endsWith('}') && paths.has(operation.path.slice(0, operation.path.lastIndexOf('/')));
  const wrong =
    (purpose === 'unknown id' && method === 'get' && isOfOne) ||
    purpose === 'missing field' ||
    purpose === 'malformed JSON';
  return wrong
    ? [
        {
          key: `accepted:${purpose}:${where}`,
          text: `${where} answers ${exchange.response?.status ?? ''} to a request with ${purposeText(purpose)}.`,
          exchange,
        },
      ]
    : [];
}

function purposeText(purpose: string): string {
  return (
    { 'unknown id': 'an id that does not exist', 'missing field': 'a required field missing' }[purpose] ??
    purpose
  );
}

function statusesDeclared(exchanges: readonly Exchange[]): ReadonlySet<number> {
  const operations = new Set(exchanges.flatMap(({ operation }) => operation ?? []));
  const named = [...operations].flatMap(({ operation }) =>
    Object.keys((operation['responses'] ?? {}) as Record<string, unknown>).map(Number),
  );
  return new Set(named.filter((status) => status !== 429));
}

function describe({ exchanges, operations, left }: Traffic): string {
  const successes = exchanges.filter((one) => one.purpose === 'valid' && isSuccess(one)).length;
  const rest = left.length === 0 ? '' : `; not probed: ${left.slice(0, 10).join(', ')}`;
  return `${exchanges.length} requests to ${operations.length} operations, ${successes} of them served, all answered with declared codes${rest}`;
}

const samples = ({ exchanges }: Traffic): readonly Exchange[] =>
  ['valid', 'unknown id', 'malformed JSON', 'missing field', 'unknown path'].flatMap(
    (purpose) => exchanges.find((one) => one.purpose === purpose && wasAnswered(one)) ?? [],
  );

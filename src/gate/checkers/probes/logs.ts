import type { Answer, GateChecker } from '../../checker';
import { CannotTell, DoesNotApply } from '../../checker';
import type { Inspection } from '../../inspection';
import { recordOf } from '../../../domain/contract/openapi-document';
import { redactSecrets } from '../../../process/redact';
import type { Evidence } from '../../../domain/quality-gate/receipt';
import { canariesIn, CANARY_PASSWORD, sensitiveFieldsIn } from '../../probes/canaries';
import { type CanaryTraffic, canaryTrafficOf, makeCanaryTraffic } from '../../probes/canary-traffic';
import { type ProbeFinding, textOf, wasAnswered } from '../../probes/exchange';
import { leakIn } from '../../probes/leaks';
import { findInLog, type Logged, readLog } from '../../probes/log-lines';
import { nameOf } from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { trafficOf } from '../../probes/traffic';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_API } from './planted-api';
import { readsService } from './reads';

const ID_HEADERS = ['x-request-id', 'request-id', 'x-correlation-id', 'x-trace-id', 'x-amzn-trace-id'];
const MOST_LOG_LINES = 6;

/** Item 11: every request leaves a line with its id, method, path and status. */
export const LOGGING_CONTEXT: GateChecker = {
  name: 'logging-context-probe',
  version: '1',
  subjects: ['logging-context'],
  scope: 'objective',
  reads: readsService,
  control: async () => {
    const planted = converseWithPlanted(PLANTED_API, ({ method, path, log }) => {
      if (method === 'GET') log(`${method} ${path} 200 - 3 ms`);
      return { status: 200, body: [] };
    });
    const keys = judgeContext(await makeCanaryTraffic(planted)).map(({ key }) => key);
    return keys.includes('no-request-id:GET /v1/things') && keys.includes('no-request-line:POST /v1/things');
  },
  check: async (inspection) => {
    const traffic = await canaryTrafficOf(inspection);
    const answered = traffic.exchanges.filter(wasAnswered);
    if (answered.length === 0) throw new CannotTell('no request of the probes was answered');
    const lines = readLog(traffic.log).lines.length;
    return [
      probeAnswer(
        'logging-context',
        judgeContext(traffic),
        `each of ${answered.length} requests is told of in ${lines} lines, with id, method, path and status`,
        {
          evidence: logSample(traffic.log),
        },
      ),
    ];
  },
};

/** Item 18: what is secret does not come out again: not in the log, not in the tests' output, not in a body. */
export const NO_SENSITIVE_LOGS: GateChecker = {
  name: 'sensitive-data-probe',
  version: '1',
  subjects: ['no-sensitive-logs'],
  scope: 'objective',
  // The tests write logs too.
  reads: (path) => !/\.(?:md|txt|rst|png|svg)$/i.test(path),
  control: async () => {
    const planted = converseWithPlanted(PLANTED_API, ({ path, body, log }) => {
      const password = `user:${String(recordOf(body)['password'])}`;
      if (path === '/v1/login') log(`log-in with ${Buffer.from(password).toString('base64')}`);
      return { status: path === '/v1/login' ? 401 : 200, body: [] };
    });
    const keys = judgeSecrets(await makeCanaryTraffic(planted)).map(({ key }) => key);
    return (
      keys.includes('log:password') &&
      !keys.includes('log:token') &&
      canariesIn(CANARY_PASSWORD.toUpperCase()).length === 1
    );
  },
  check: async (inspection) => {
    const traffic = await canaryTrafficOf(inspection);
    const answered = traffic.exchanges.filter(wasAnswered);
    if (answered.length === 0) throw new CannotTell('no request of the probes was answered');
    const tests = await testOutput(inspection);
    const findings = [...judgeSecrets(traffic), ...judgeTests(tests), ...(await judgeTraces(inspection))];
    const also =
      tests === null
        ? '; the output of the tests was not to be had'
        : ', nor a sensitive field in the log lines of the tests';
    return [
      probeAnswer(
        'no-sensitive-logs',
        findings,
        `none of ${traffic.canaries.length} canaries sent in ${answered.length} requests came out in log or body${also}`,
      ),
    ] satisfies Answer[];
  },
};

/** Requests the log does not tell of as it should. */
export function judgeContext({ exchanges, log }: CanaryTraffic): readonly ProbeFinding[] {
  const read = readLog(log);
  const told = exchanges.filter(wasAnswered).map((exchange) => {
    const { request, response, operation } = exchange;
    const ids = [
      request.headers?.['x-request-id'],
      ...ID_HEADERS.map((name) => response.headers[name]),
      response.headers['traceparent']?.split('-')[1],
    ];
    const logged = findInLog(read, {
      method: request.method,
      path: request.path.split('?')[0] ?? '',
      template: operation?.path ?? null,
      status: response.status,
      ids: ids.filter((id): id is string => id !== undefined && id.length >= 4),
    });
    return {
      exchange,
      logged,
      where: operation === null ? `${exchange.purpose}: ${request.method}` : nameOf(operation),
    };
  });
  return (['not-at-all', 'without-id'] as const).flatMap((kind) => {
    const bad = told.filter(({ logged }) => logged === kind);
    const [first] = bad;
    if (first === undefined) return [];
    // What holds for all of them is one finding, whatever operations there are.
    return bad.length === told.length
      ? [{ key: KEYS[kind], text: `No request leaves ${WORDS[kind]}.`, exchange: first.exchange }]
      : bad.map(({ exchange, where }) => ({
          key: `${KEYS[kind]}:${where}`,
          text: `${where} (${exchange.purpose}) leaves no ${WORDS[kind].replace(/^a /, '')}.`,
          exchange,
        }));
  });
}

const KEYS = { 'not-at-all': 'no-request-line', 'without-id': 'no-request-id' } as const satisfies Partial<
  Record<Logged, string>
>;
const WORDS = {
  'not-at-all': 'a log line with its method, path and status',
  'without-id': 'a log line with a request id beside method, path and status',
} as const satisfies Partial<Record<Logged, string>>;

/** Canaries in the log and in bodies. */
export function judgeSecrets({ exchanges, log, canaries }: CanaryTraffic): readonly ProbeFinding[] {
  const logged = canariesIn(log, canaries).map(({ kind }) => ({
    key: `log:${kind}`,
    text: `The log has the ${kind} a request was made with.`,
  }));
  const echoed = exchanges.filter(wasAnswered).flatMap((exchange) => {
    const { operation, response, request } = exchange;
    const where = operation === null ? exchange.purpose : nameOf(operation);
    const secrets = canaries.filter(({ kind, value }) => {
      if (kind === 'email address') return false;
      // A token given out is what a log-in is for.
      return kind !== 'token' || response.status >= 400 || textOf(request.body).includes(value);
    });
    return canariesIn(response.body, secrets)
      .filter(({ kind }) => response.status >= 400 || kind === 'password')
      .map(({ kind }) => ({
        key: `body:${kind}:${where}`,
        text: `${where} sends the ${kind} back in the body of its ${response.status}.`,
        exchange,
      }));
  });
  return [...logged, ...echoed];
}

function judgeTests(output: string | null): readonly ProbeFinding[] {
  const names = output === null ? [] : sensitiveFieldsIn(output);
  return names.map((name) => ({
    key: `test-log:${name}`,
    text: `A log line of the tests has a value in \`${name}\`.`,
  }));
}

async function judgeTraces(inspection: Inspection): Promise<readonly ProbeFinding[]> {
  const api = await inspection.api();
  if (api.kind === 'graphql') return [];
  const { exchanges } = await trafficOf(inspection);
  return exchanges.flatMap((exchange) => {
    const { operation, response, request, purpose } = exchange;
    if (response === null || response.status < 400) return [];
    const where = operation === null ? purpose : nameOf(operation);
    return leakIn(response.body, textOf(request.body)) === 'a stack trace'
      ? [
          {
            key: `stack-trace:${where}`,
            text: `${where} shows a stack trace in the body of a ${response.status}.`,
            exchange,
          },
        ]
      : [];
  });
}

async function testOutput(inspection: Inspection): Promise<string | null> {
  try {
    return (await inspection.tests()).rawOutput;
  } catch (error) {
    if (error instanceof CannotTell || error instanceof DoesNotApply) return null;
    throw error;
  }
}

function logSample(log: string): readonly Evidence[] {
  const { lines } = readLog(log);
  const sample = lines
    .slice(-MOST_LOG_LINES)
    .map((line) => line.slice(0, 300))
    .join('\n');
  return sample === '' ? [] : [{ kind: 'measurement', text: redactSecrets(sample).slice(0, 2000) }];
}

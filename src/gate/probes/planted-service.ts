import { NO_SETTINGS, type GateSettings } from '../../domain/quality-gate/gate-settings';
import { type JsonRecord, listOf, recordOf } from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';
import type { ProbeRequest, ProbeResponse, RunningService } from '../facts/service';
import { type Conversation, createConversation } from './conversation';
import { textOf } from './exchange';

/** What a service in memory is asked. */
export interface PlantedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** As sent. */
  readonly text: string;
  /** Parsed; undefined: no JSON. */
  readonly body: unknown;
  readonly log: (line: string) => void;
}

export interface PlantedAnswer {
  readonly status: number;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ms?: number;
}

/** A service in memory, for controls: what a probe has to find is planted in its answers. */
export function plantService(answer: (request: PlantedRequest) => PlantedAnswer): RunningService {
  const lines: string[] = [];
  return {
    argv: ['planted'],
    environment: {},
    readyMs: 0,
    database: null,
    request: (request) => {
      const asked = read(request, (line) => lines.push(line));
      const { status, body, headers = {}, ms = 1 } = answer(asked);
      const response: ProbeResponse = {
        status,
        headers: { ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}), ...headers },
        body: body === undefined ? '' : textOf(body),
        ms,
      };
      return Promise.resolve(response);
    },
    load: () => Promise.reject(new Error('a planted service bears no load')),
    runBeside: () => Promise.reject(new Error('nothing runs beside a planted service')),
    figures: () => Promise.reject(new Error('a planted service has no figures')),
    slowdown: () => Promise.resolve(1),
    setDatabaseReachable: () => Promise.reject(new Error('a planted service has no database')),
    isAlive: () => true,
    log: () => lines.map((line) => `${line}\n`).join(''),
    stop: () => Promise.resolve(),
  };
}

function read(request: ProbeRequest, log: (line: string) => void): PlantedRequest {
  const url = new URL(request.path, 'http://service.invalid');
  const text = request.body === undefined ? '' : textOf(request.body);
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    body = undefined;
  }
  return {
    method: request.method,
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    text,
    body,
    log,
  };
}

/** A conversation with a planted service, described by an OpenAPI document without references in its paths. */
export function converseWithPlanted(
  document: JsonRecord,
  answer: (request: PlantedRequest) => PlantedAnswer,
  settings: Partial<GateSettings> = {},
): Conversation {
  return createConversation({
    service: plantService(answer),
    document,
    operations: operationsIn(document),
    settings: { ...NO_SETTINGS, ...settings },
    schema: null,
  });
}

function operationsIn(document: JsonRecord): readonly ApiOperation[] {
  return Object.entries(recordOf(document['paths'])).flatMap(([path, item]) =>
    Object.entries(recordOf(item))
      .filter(([method]) => method !== 'parameters')
      .map(([method, value]) => {
        const operation = recordOf(value);
        const security = operation['security'] ?? document['security'];
        return {
          id:
            typeof operation['operationId'] === 'string'
              ? operation['operationId']
              : `${method.toUpperCase()} ${path}`,
          method,
          path,
          pointer: ['paths', path, method],
          operation,
          parameters: [...listOf(recordOf(item)['parameters']), ...listOf(operation['parameters'])].map(
            recordOf,
          ),
          secured: listOf(security).some((one) => Object.keys(recordOf(one)).length > 0),
        };
      }),
  );
}

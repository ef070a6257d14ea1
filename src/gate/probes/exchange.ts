import type { Evidence, GateFinding } from '../../domain/quality-gate/receipt';
import { redactSecrets } from '../../process/redact';
import type { ApiOperation } from '../facts/api-description';
import type { ProbeRequest, ProbeResponse } from '../facts/service';

/** A request of a probe and what came of it. */
export interface Exchange {
  /** The operation it was made for; null: none, such as an unknown path. */
  readonly operation: ApiOperation | null;
  /** What was wrong with the request, in a few words; `valid` where nothing was. */
  readonly purpose: string;
  readonly request: ProbeRequest;
  /** Null where no answer came. */
  readonly response: ProbeResponse | null;
  /** Why not. */
  readonly fault: string | null;
}

/** A finding, and the exchange that shows it. */
export interface ProbeFinding extends GateFinding {
  readonly exchange?: Exchange;
}

/** The answer has arrived and was not that the client asks too often. */
export function wasAnswered(exchange: Exchange): exchange is Exchange & { readonly response: ProbeResponse } {
  return exchange.response !== null && exchange.response.status !== 429;
}

export function isSuccess(exchange: Exchange): boolean {
  return exchange.response !== null && exchange.response.status >= 200 && exchange.response.status < 300;
}

const SHORT = 900;

/** The exchange as evidence: bodies shortened, secrets taken out. */
export function exchangeEvidence({ request, response, fault, purpose }: Exchange): Evidence {
  const sent = [
    `${request.method} ${request.path}  (${purpose})`,
    ...Object.entries(request.headers ?? {}).map(([name, value]) =>
      /^(?:authorization|cookie|x-api-key)$/i.test(name)
        ? `${name}: ${value.split(' ')[0]?.slice(0, 12) ?? ''} …`
        : `${name}: ${value.slice(0, 200)}`,
    ),
    ...(request.body === undefined ? [] : [textOf(request.body).slice(0, 400)]),
  ].join('\n');
  const received =
    response === null
      ? `no answer: ${fault ?? 'unknown'}`
      : [
          String(response.status),
          ...[
            'content-type',
            'location',
            'retry-after',
            'access-control-allow-origin',
            'access-control-allow-credentials',
          ]
            .filter((name) => response.headers[name] !== undefined)
            .map((name) => `${name}: ${response.headers[name] ?? ''}`),
          response.body.slice(0, 600),
        ].join('\n');
  return {
    kind: 'exchange',
    request: redactSecrets(sent).slice(0, SHORT),
    response: redactSecrets(received).slice(0, SHORT),
  };
}

export function textOf(body: unknown): string {
  return typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
}

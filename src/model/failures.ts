import { APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { ModelFailure, type ModelFailureType } from '../domain/usage/model-failure';
import { redactSecrets } from '../process/redact';

/*
 * Vendor error -> what it means here, first row that fits.
 * 1. An error in mid-stream is an APIError without status: only its `type` tells what it is.
 * 2. A malformed body with status 200 is a SyntaxError, inside a stream wrapped as the cause of another error.
 * 3. A body that ends early is an error without a type of its own; it is transport, so it may be tried again.
 */
const ROWS: readonly {
  readonly statuses?: readonly number[];
  readonly types?: readonly string[];
  readonly message?: RegExp;
  readonly failure: ModelFailureType;
}[] = [
  {
    message: /prompt is too long|context window|exceeds? the maximum (?:number of tokens|size)/i,
    statuses: [400, 413],
    failure: 'Model.ContextTooLong',
  },
  { message: /credit balance|plans & billing/i, statuses: [400, 402, 403], failure: 'Model.Unauthorized' },
  { types: ['rate_limit_error'], failure: 'Model.RateLimited' },
  { types: ['overloaded_error'], failure: 'Model.Overloaded' },
  { types: ['timeout_error'], failure: 'Model.Timeout' },
  { types: ['authentication_error', 'permission_error', 'billing_error'], failure: 'Model.Unauthorized' },
  { types: ['request_too_large'], failure: 'Model.ContextTooLong' },
  { statuses: [401, 402, 403], failure: 'Model.Unauthorized' },
  { statuses: [408, 504], failure: 'Model.Timeout' },
  { statuses: [409], failure: 'Model.Unavailable' },
  { statuses: [413], failure: 'Model.ContextTooLong' },
  { statuses: [429], failure: 'Model.RateLimited' },
  { statuses: [529], failure: 'Model.Overloaded' },
  { types: ['invalid_request_error', 'not_found_error'], failure: 'Model.InvalidRequest' },
  { types: ['api_error', 'conflict_error'], failure: 'Model.Unavailable' },
];

const MAX_SAID = 2000;

/** Turns what the SDK threw into a {@link ModelFailure}; only for errors that came out of an SDK call. */
export function toModelFailure(error: unknown): ModelFailure {
  if (error instanceof ModelFailure) return error;
  if (error instanceof APIConnectionTimeoutError) {
    return new ModelFailure('Model.Timeout', 'The model did not answer in time', { cause: error });
  }
  if (hasSyntaxError(error)) {
    const happened = 'The provider sent an answer that is not JSON';
    return new ModelFailure('Model.Malformed', happened, { cause: error, retryable: true });
  }
  if (isApiError(error)) return fromApiError(error);
  return new ModelFailure('Model.Unavailable', `The connection to the model broke (${textOf(error)})`, {
    cause: error,
  });
}

function isApiError(error: unknown): error is APIError {
  return error instanceof APIError;
}

function fromApiError(error: APIError): ModelFailure {
  const type = classify(error);
  const status = error.status === undefined ? '' : ` ${String(error.status)}`;
  const request = typeof error.requestID === 'string' ? `, request ${error.requestID}` : '';
  const said = redactSecrets(error.apiMessage ?? textOf(error)).slice(0, MAX_SAID);
  return new ModelFailure(type, `The provider answered${status}${request}: ${said.replace(/[.\s]+$/, '')}`, {
    cause: error,
    retryable: retryHeader(error.headers),
    retryAfterMs: retryAfterMs(error.headers, Date.now()),
  });
}

function classify(error: APIError): ModelFailureType {
  const row = ROWS.find(
    (candidate) =>
      (candidate.statuses === undefined ||
        (error.status !== undefined && candidate.statuses.includes(error.status))) &&
      (candidate.types === undefined || (error.type !== null && candidate.types.includes(error.type))) &&
      (candidate.message === undefined || candidate.message.test(error.message)),
  );
  if (row !== undefined) return row.failure;
  return error.status !== undefined && error.status < 500 ? 'Model.InvalidRequest' : 'Model.Unavailable';
}

function retryHeader(headers: Headers | undefined): boolean | undefined {
  const value = headers?.get('x-should-retry');
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** `retry-after-ms`, else `retry-after` in seconds or as a date; only a wait that lies ahead. */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (milliseconds > 0) return milliseconds;
  const header = headers?.get('retry-after') ?? '';
  const seconds = /^[0-9.]+$/.test(header) ? Number.parseFloat(header) : (Date.parse(header) - now) / 1000;
  return seconds > 0 ? Math.ceil(seconds * 1000) : undefined;
}

function hasSyntaxError(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && error.cause !== undefined && hasSyntaxError(error.cause);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

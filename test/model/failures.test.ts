// Needs nothing.
import { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { retryAfterMs, toModelFailure } from '../../src/model/failures';

function apiError(
  status: number | undefined,
  type: string,
  message = 'x',
  headers: Record<string, string> = {},
): APIError {
  const body = { type: 'error', error: { type, message } };
  if (status !== undefined) return APIError.generate(status, body, undefined, new Headers(headers));
  // What the SDK throws for an `error` event in mid-stream.
  return new APIError(undefined, body, undefined, new Headers(headers));
}

test.each<[string, unknown, string, boolean]>([
  ['429', apiError(429, 'rate_limit_error'), 'Model.RateLimited', true],
  ['529', apiError(529, 'overloaded_error'), 'Model.Overloaded', true],
  ['an overload in mid-stream', apiError(undefined, 'overloaded_error'), 'Model.Overloaded', true],
  ['a rate limit in mid-stream', apiError(undefined, 'rate_limit_error'), 'Model.RateLimited', true],
  ['an API error in mid-stream', apiError(undefined, 'api_error'), 'Model.Unavailable', true],
  ['500', apiError(500, 'api_error'), 'Model.Unavailable', true],
  ['503', apiError(503, 'api_error'), 'Model.Unavailable', true],
  ['504', apiError(504, 'timeout_error'), 'Model.Timeout', true],
  ['408', apiError(408, 'timeout_error'), 'Model.Timeout', true],
  ['409', apiError(409, 'conflict_error'), 'Model.Unavailable', true],
  ['401', apiError(401, 'authentication_error'), 'Model.Unauthorized', false],
  ['403', apiError(403, 'permission_error'), 'Model.Unauthorized', false],
  ['402', apiError(402, 'billing_error'), 'Model.Unauthorized', false],
  [
    'an empty account',
    apiError(400, 'invalid_request_error', 'Your credit balance is too low'),
    'Model.Unauthorized',
    false,
  ],
  ['400', apiError(400, 'invalid_request_error'), 'Model.InvalidRequest', false],
  ['404', apiError(404, 'not_found_error'), 'Model.InvalidRequest', false],
  ['422', apiError(422, 'invalid_request_error'), 'Model.InvalidRequest', false],
  [
    'a long prompt',
    apiError(400, 'invalid_request_error', 'prompt is too long: 2 tokens > 1 maximum'),
    'Model.ContextTooLong',
    false,
  ],
  ['413', apiError(413, 'request_too_large'), 'Model.ContextTooLong', false],
  ['a time-out', new APIConnectionTimeoutError(), 'Model.Timeout', true],
  ['a lost connection', new APIConnectionError({ message: 'reset' }), 'Model.Unavailable', true],
  ['a body that ends early', new TypeError('terminated'), 'Model.Unavailable', true],
  ['a malformed 200', new SyntaxError('Unexpected token'), 'Model.Malformed', true],
  ['a malformed event', new Error('bad', { cause: new SyntaxError('x') }), 'Model.Malformed', true],
])('%s', (_, error, type, retryable) => {
  expect(toModelFailure(error)).toMatchObject({ type, retryable });
});

test.each([
  ['true', 400, true],
  ['false', 500, false],
])('x-should-retry: %s overrides what %d would mean', (value, status, retryable) => {
  expect(toModelFailure(apiError(status, 'api_error', 'x', { 'x-should-retry': value })).retryable).toBe(
    retryable,
  );
});

test('the sentence names status, request and what to do', () => {
  const failure = toModelFailure(
    apiError(401, 'authentication_error', 'invalid key.', { 'request-id': 'req_1' }),
  );
  expect(failure.message).toBe(
    'The provider answered 401, request req_1: invalid key; check ANTHROPIC_API_KEY, its permissions and the credit of its account.',
  );
});

const NOW = Date.parse('2026-01-01T00:00:00Z');
test.each<[Record<string, string>, number | undefined]>([
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
  [{ 'retry-after': 'Wed, 31 Dec 2025 00:01:00 GMT' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '0' }, undefined],
  [{}, undefined],
])('retry-after %j', (headers, expected) => {
  expect(retryAfterMs(new Headers(headers), NOW)).toBe(expected);
});

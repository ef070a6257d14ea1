import assert from 'node:assert/strict';

/** Fails unless the response is a problem of this status and kind; returns its body. */
export function assertProblem(response, status, slug) {
  assert.equal(response.statusCode, status, response.body);
  assert.match(response.headers['content-type'], /^application\/problem\+json/);
  const body = response.json();
  assert.equal(body.type, `urn:problem:${slug}`);
  assert.equal(body.status, status);
  assert.equal(body.requestId, response.headers['x-request-id'] ?? body.requestId);
  for (const field of ['title', 'detail', 'requestId']) assert.equal(typeof body[field], 'string', field);
  return body;
}

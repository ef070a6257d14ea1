import { log } from './log.js';

/** An error a caller is told about as a problem document (RFC 9457). */
export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

export function notFound() {
  throw new Problem(404, 'Not found', 'There is nothing at this address.');
}

/** Turns every error into a problem document; unexpected ones say nothing of their cause. */
// eslint-disable-next-line no-unused-vars -- Express tells error handlers by their four parameters.
export function problems(error, request, response, next) {
  const problem = error instanceof Problem ? error : translate(error);
  if (problem.status >= 500) log('error', { requestId: request.id, error: error.message });
  if (problem.status === 401) response.set('www-authenticate', 'Bearer');
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ title: problem.title, status: problem.status, detail: problem.message }));
}

function translate(error) {
  if (error.type === 'entity.too.large') return new Problem(413, 'Too large', 'Send a smaller body.');
  if (error.status === 415 || error.type === 'encoding.unsupported') {
    return new Problem(415, 'Unsupported', 'Send application/json in UTF-8.');
  }
  if (error.status >= 400 && error.status < 500) {
    return new Problem(400, 'Invalid request', 'The request cannot be read.');
  }
  return new Problem(500, 'Internal error', 'Something went wrong; try again later.');
}

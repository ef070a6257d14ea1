import { STATUS_CODES } from 'node:http';

/** A refusal meant for the caller; becomes `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  name = 'Problem';

  /**
   * @param {number} status HTTP status.
   * @param {string} slug Stable name of the kind of problem, the last part of its `type`.
   * @param {string} detail One sentence that is safe to show to the caller.
   * @param {{ path: string, message: string }[]} [errors] Which parts of the request were wrong.
   */
  constructor(status, slug, detail, errors) {
    super(detail);
    this.status = status;
    this.slug = slug;
    this.errors = errors;
  }
}

/**
 * @param {Error} error Anything thrown while a request was handled.
 * @param {import('fastify').FastifyRequest} request
 * @param {import('fastify').FastifyReply} reply
 */
export function sendProblem(error, request, reply) {
  const problem = toProblem(error);
  if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(
      // Serialised here: a route's response schemas describe its successes only.
      JSON.stringify({
        type: `urn:problem:${problem.slug}`,
        title: STATUS_CODES[problem.status],
        status: problem.status,
        detail: problem.message,
        requestId: request.id,
        ...(problem.errors ? { errors: problem.errors } : {}),
      }),
    );
}

function toProblem(error) {
  if (error instanceof Problem) return error;
  if (error.validation) {
    return new Problem(400, 'invalid-request', `The ${partName(error.validationContext)} is not valid.`, [
      ...error.validation.map(describeFault),
    ]);
  }
  if (error.statusCode >= 400 && error.statusCode < 500) {
    return new Problem(error.statusCode, 'unreadable-request', error.message);
  }
  // The cause goes to the log only; callers learn nothing about the inside.
  return new Problem(500, 'internal-error', 'The request could not be completed.');
}

function partName(context) {
  return { body: 'request body', querystring: 'query string', params: 'path', headers: 'header' }[context];
}

function describeFault({ instancePath, params, message }) {
  const property = params.missingProperty ?? params.additionalProperty;
  return { path: property ? `${instancePath}/${property}` : instancePath || '/', message };
}

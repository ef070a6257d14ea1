import { Problem, sendProblem } from '../http/problem.js';

/**
 * The one place where errors become responses; unknown paths included.
 *
 * @param {import('fastify').FastifyInstance} app
 */
export function problems(app) {
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    const problem = new Problem(404, 'not-found', `There is no ${request.method} operation at this path.`);
    return sendProblem(problem, request, reply);
  });
}

import { createOrdersRepository } from './repository.js';
import { listQuery, newOrder, order, orderPage, orderParams } from './schemas.js';
import { createOrdersService } from './service.js';

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Dependencies} dependencies
 */
export async function ordersRoutes(app, { pool }) {
  const service = createOrdersService({ repository: createOrdersRepository(pool) });

  app.get('', { schema: { querystring: listQuery, response: { 200: orderPage } } }, (request) =>
    service.listOrders(request.query),
  );

  app.post('', { schema: { body: newOrder, response: { 201: order } } }, async (request, reply) => {
    const created = await service.createOrder(request.body);
    return reply.code(201).header('location', `/v1/orders/${created.id}`).send(created);
  });

  app.get('/:orderId', { schema: { params: orderParams, response: { 200: order } } }, (request) =>
    service.getOrder(request.params.orderId),
  );

  app.post('/:orderId/cancel', { schema: { params: orderParams, response: { 200: order } } }, (request) =>
    service.cancelOrder(request.params.orderId),
  );
}

import { createProductsRepository } from './repository.js';
import { productLoaders, productResolvers } from './resolvers.js';
import { createProductsService } from './service.js';
import { createProductsTable, productEvents } from './table.js';

/** @type {import('../features.js').Feature} */
export const products = {
  name: 'products',
  createTable: createProductsTable,
  events: productEvents,
  createRepository: createProductsRepository,
  createService: createProductsService,
  createLoaders: productLoaders,
  resolvers: productResolvers,
};

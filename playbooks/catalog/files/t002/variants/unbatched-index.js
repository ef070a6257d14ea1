import { createReviewsRepository } from './repository.js';
import { reviewResolvers } from './resolvers.js';
import { createReviewsService } from './service.js';
import { createReviewsTable, reviewEvents } from './table.js';

/** @type {import('../features.js').Feature} */
export const reviews = {
  name: 'reviews',
  createTable: createReviewsTable,
  events: reviewEvents,
  createRepository: createReviewsRepository,
  createService: createReviewsService,
  resolvers: reviewResolvers,
};

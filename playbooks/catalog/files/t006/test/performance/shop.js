import { memoryJournal } from '../../src/store/journal.js';
import { createApp, product } from '../support/app.js';

/** What is measured: each document with the variables it is sent with. */
export const DOCUMENTS = {
  'a list with ratings and reviews': {
    query: `query List($first: Int!) {
      products(first: $first) {
        edges { node { id name category { name } rating { average count } reviews(first: 2) {
          edges { node { stars text authorName } }
        } } }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: { first: 20 },
  },
  'the page of a product': {
    query: `query Page($id: ID!) {
      product(id: $id) {
        id name description rating { average count }
        reviews(first: 20) { totalCount edges { node { id stars text authorName writtenAt isMine } } }
      }
    }`,
    variables: { id: 'p-1' },
  },
  'writing a review': {
    query: `mutation Write($input: AddReviewInput!) {
      addReview(input: $input) { review { id product { rating { average count } } } errors { code } }
    }`,
    variables: { input: { productId: 'p-1', stars: 4, text: 'Good.' } },
  },
};

/**
 * The service with made-up products and reviews, as if a journal had been replayed.
 *
 * @param {{ products: number, reviewsEach: number }} size
 */
export function createShop({ products, reviewsEach }) {
  const rows = Array.from({ length: products }, (_, index) =>
    product(`p-${index}`, `Product ${index}`, 'all', 100),
  );
  const events = Array.from({ length: products * reviewsEach }, (_, index) => ({
    type: 'review-added',
    id: `r-${index}`,
    number: index + 1,
    productId: rows[index % products].id,
    customerId: `customer-${Math.floor(index / products)}`,
    authorName: 'Somebody',
    stars: 1 + (index % 5),
    text: `Text ${index}.`,
    writtenAt: '2026-01-01T00:00:00.000Z',
  }));
  return createApp({
    catalogue: { categories: [{ id: 'all', name: 'All' }], products: rows },
    journal: { ...memoryJournal(), read: () => Promise.resolve(events) },
    env: { RATE_LIMIT_MAX: '1000000' },
  });
}

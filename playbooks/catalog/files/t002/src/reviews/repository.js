import { randomUUID } from 'node:crypto';

const NONE = { oldestFirst: [], starsInAll: 0 };

/** @param {import('../store/store.js').Store} store */
export function createReviewsRepository({ tables, write }) {
  const ofProduct = (productId) => tables.reviews.byProduct.get(productId) ?? NONE;

  return {
    /**
     * The same page of the reviews of many products, in the order of the ids; newest first.
     *
     * @param {readonly string[]} productIds
     * @param {{ first: number, before: number | null }} page `before` is the number of the last review seen.
     */
    pages(productIds, page) {
      return Promise.resolve(
        productIds.map((id) => {
          const { oldestFirst } = ofProduct(id);
          return { ...newestPage(oldestFirst, page), totalCount: oldestFirst.length };
        }),
      );
    },

    /** What the reviews of each product come to, in the order of the ids. */
    ratings(productIds) {
      return Promise.resolve(
        productIds.map((id) => {
          const { oldestFirst, starsInAll } = ofProduct(id);
          const count = oldestFirst.length;
          return { count, average: count === 0 ? null : Math.round((100 * starsInAll) / count) / 100 };
        }),
      );
    },

    /** @returns {Promise<import('./table.js').Review | undefined>} */
    find: (id) => Promise.resolve(tables.reviews.byId.get(id)),

    /**
     * @param {Pick<import('./table.js').Review, 'productId' | 'customerId' | 'authorName' | 'stars' | 'text'>} review
     * @returns {Promise<{ review: import('./table.js').Review } | { refused: 'NOT_FOUND' | 'ALREADY_REVIEWED' }>}
     */
    async add(review) {
      // Decided where nothing else is written, so that of two reviews at the same moment one is refused.
      const { event, refused } = await write(({ products, reviews }) => {
        if (!products.byId.has(review.productId)) return { refused: 'NOT_FOUND' };
        if (reviews.byProduct.get(review.productId)?.byCustomer.has(review.customerId)) {
          return { refused: 'ALREADY_REVIEWED' };
        }
        const { nextNumber: number } = reviews;
        const writtenAt = new Date().toISOString();
        return { event: { type: 'review-added', id: randomUUID(), number, ...review, writtenAt } };
      });
      return event ? { review: tables.reviews.byId.get(event.id) } : { refused };
    },

    /** @returns {Promise<boolean>} Whether it was there. */
    async remove(id) {
      const { event } = await write(({ reviews }) =>
        reviews.byId.has(id) ? { event: { type: 'review-removed', id, at: new Date().toISOString() } } : {},
      );
      return event !== undefined;
    },
  };
}

function newestPage(oldestFirst, { first, before }) {
  let end = oldestFirst.length;
  while (before !== null && end > 0 && oldestFirst[end - 1].number >= before) end -= 1;
  const start = Math.max(0, end - first);
  return { rows: oldestFirst.slice(start, end).reverse(), hasNext: start > 0 };
}

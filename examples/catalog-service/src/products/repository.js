import { pageOf } from '../graphql/pages.js';
import { productKey } from './table.js';

/** @param {import('../store/store.js').Store} store */
export function createProductsRepository({ tables, write }) {
  return {
    /** By name; of one category when it is given. */
    list({ categoryId, ...page }) {
      const { sorted } = tables.products;
      const rows = categoryId ? sorted.filter((row) => row.categoryId === categoryId) : sorted;
      return Promise.resolve(pageOf(rows, page, productKey));
    },

    /** In the order of the ids; undefined where there is none. */
    findMany: (ids) => Promise.resolve(ids.map((id) => tables.products.byId.get(id))),

    /** @returns {Promise<import('./table.js').Product | null>} The changed product, null when there is none. */
    async changePrice({ productId, cents }) {
      const { event } = await write((now) => {
        if (!now.products.byId.has(productId)) return {};
        return { event: { type: 'price-changed', productId, cents, at: new Date().toISOString() } };
      });
      return event ? tables.products.byId.get(productId) : null;
    },
  };
}

import { compareKeys } from '../graphql/pages.js';

/**
 * @typedef {object} Product
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {string} categoryId
 * @property {{ cents: number, currency: string }} price
 * @property {string | null} priceChangedAt
 */

/** What products are listed by. @param {Product} product */
export const productKey = (product) => `${product.name}\n${product.id}`;

/** @param {{ products: Omit<Product, 'priceChangedAt'>[] }} catalogue */
export function createProductsTable({ products }) {
  const sorted = products
    .map((product) => ({ ...product, priceChangedAt: null }))
    .sort((a, b) => compareKeys(productKey(a), productKey(b)));
  return { sorted, byId: new Map(sorted.map((product) => [product.id, product])) };
}

export const productEvents = {
  'price-changed'(tables, { productId, cents, at }) {
    const product = tables.products.byId.get(productId);
    // The catalogue may have lost a product since.
    if (!product) return;
    product.price = { ...product.price, cents };
    product.priceChangedAt = at;
  },
};

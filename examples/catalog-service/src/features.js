import { categories } from './categories/index.js';
import { products } from './products/index.js';

/**
 * What one folder of `src` brings. Everything but the name is optional.
 *
 * @typedef {object} Feature
 * @property {string} name Key of its table, repository and service.
 * @property {(catalogue: object) => object} [createTable] What it keeps in memory, from the catalogue file.
 * @property {Record<string, (tables: object, event: object) => void>} [events] How each kind of event changes tables.
 * @property {(store: import('./store/store.js').Store) => object} [createRepository] All reads and writes of data.
 * @property {(dependencies: { repositories: object }) => object} [createService] The rules, without GraphQL.
 * @property {(repositories: object) => Record<string, import('dataloader')>} [createLoaders] New for each request.
 * @property {Record<string, Record<string, Function>>} [resolvers] By type and field of `schema.graphql`.
 */

/** Every feature of the service, one line each. @type {Feature[]} */
export const features = [
  categories, // groups of products
  products, // what the shop sells
];

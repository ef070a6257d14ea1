import DataLoader from 'dataloader';
import { compareKeys, connectionOf, pageOf, readPage } from '../graphql/pages.js';

const keyOf = (category) => `${category.name}\n${category.id}`;

/** @type {import('../features.js').Feature} */
export const categories = {
  name: 'categories',

  createTable: ({ categories: rows }) => rows.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b))),

  createRepository({ tables }) {
    return {
      list: (page) => Promise.resolve(pageOf(tables.categories, page, keyOf)),
      /** In the order of the ids; undefined where there is none. */
      findMany(ids) {
        const byId = new Map(tables.categories.map((row) => [row.id, row]));
        return Promise.resolve(ids.map((id) => byId.get(id)));
      },
    };
  },

  createLoaders: ({ categories: repository }) => ({
    categories: new DataLoader((ids) => repository.findMany(ids)),
  }),

  resolvers: {
    Query: {
      async categories(_, args, { repositories }) {
        return connectionOf(await repositories.categories.list(readPage(args)), keyOf);
      },
    },
  },
};

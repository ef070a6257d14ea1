import DataLoader from 'dataloader';
import { connectionOf, readPage } from '../graphql/pages.js';
import { productKey } from './table.js';

export const productLoaders = ({ products }) => ({
  products: new DataLoader((ids) => products.findMany(ids)),
});

export const productResolvers = {
  Query: {
    product: (_, { id }, { loaders }) => loaders.products.load(id),
    async products(_, { categoryId, ...args }, { repositories }) {
      return connectionOf(await repositories.products.list({ categoryId, ...readPage(args) }), productKey);
    },
  },
  Mutation: {
    changePrice: (_, { input }, { services, viewer }) => services.products.changePrice(viewer, input),
  },
  Product: {
    category: ({ categoryId }, _, { loaders }) => loaders.categories.load(categoryId),
  },
};

import { badInput } from '../graphql/errors.js';
import { connectionOf, readPage } from '../graphql/pages.js';

const reviewKey = ({ number }) => String(number);

export const reviewResolvers = {
  Mutation: {
    addReview: (_, { input }, { services, viewer }) => services.reviews.addReview(viewer, input),
    removeReview: (_, { input }, { services, viewer }) => services.reviews.removeReview(viewer, input),
  },
  RemoveReviewPayload: {
    product: ({ productId }, _, { loaders }) => (productId ? loaders.products.load(productId) : null),
  },
  Product: {
    async rating({ id }, _, { repositories }) {
      const [rating] = await repositories.reviews.ratings([id]);
      return rating;
    },
    async reviews({ id }, args, { repositories }) {
      const [found] = await repositories.reviews.pages([id], readReviewPage(args));
      return { ...connectionOf(found, reviewKey), totalCount: found.totalCount };
    },
  },
  Review: {
    product: ({ productId }, _, { loaders }) => loaders.products.load(productId),
    isMine: ({ customerId }, _, { viewer }) => viewer?.id === customerId,
  },
};

function readReviewPage(args) {
  const { first, after } = readPage(args);
  if (after !== null && !/^\d{1,15}$/.test(after))
    throw badInput('after must be an endCursor of an earlier page.');
  return { first, before: after === null ? null : Number(after) };
}

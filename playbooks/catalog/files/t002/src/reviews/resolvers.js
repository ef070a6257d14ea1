import DataLoader from 'dataloader';
import { badInput } from '../graphql/errors.js';
import { connectionOf, readPage } from '../graphql/pages.js';

const reviewKey = ({ number }) => String(number);

export const reviewLoaders = ({ reviews }) => ({
  ratings: new DataLoader((productIds) => reviews.ratings(productIds)),
  // The page belongs to the key: one by product alone would hand the page of one alias to another.
  reviewPages: new DataLoader((keys) => loadPages(reviews, keys), {
    cacheKeyFn: ({ productId, page }) => JSON.stringify([productId, page.first, page.before]),
  }),
});

/** One read for each page asked for, whatever the number of products. */
async function loadPages(reviews, keys) {
  const groups = new Map();
  keys.forEach(({ productId, page }, index) => {
    const name = JSON.stringify(page);
    const group = groups.get(name) ?? { page, wanted: [] };
    group.wanted.push({ productId, index });
    groups.set(name, group);
  });
  const results = new Array(keys.length);
  await Promise.all(
    [...groups.values()].map(async ({ page, wanted }) => {
      const pages = await reviews.pages(
        wanted.map(({ productId }) => productId),
        page,
      );
      wanted.forEach(({ index }, place) => (results[index] = pages[place]));
    }),
  );
  return results;
}

export const reviewResolvers = {
  Mutation: {
    async addReview(_, { input }, { services, viewer, loaders }) {
      const payload = await services.reviews.addReview(viewer, input);
      forget(loaders, input.productId);
      return payload;
    },
    async removeReview(_, { input }, { services, viewer, loaders }) {
      const payload = await services.reviews.removeReview(viewer, input);
      forget(loaders, payload.productId);
      return payload;
    },
  },
  RemoveReviewPayload: {
    product: ({ productId }, _, { loaders }) => (productId ? loaders.products.load(productId) : null),
  },
  Product: {
    rating: ({ id }, _, { loaders }) => loaders.ratings.load(id),
    async reviews({ id }, args, { loaders }) {
      const found = await loaders.reviewPages.load({ productId: id, page: readReviewPage(args) });
      return { ...connectionOf(found, reviewKey), totalCount: found.totalCount };
    },
  },
  Review: {
    product: ({ productId }, _, { loaders }) => loaders.products.load(productId),
    isMine: ({ customerId }, _, { viewer }) => viewer?.id === customerId,
  },
};

/** Mutations of one document share their loaders, and the next one must see what this one did. */
function forget(loaders, productId) {
  if (productId) loaders.ratings.clear(productId);
  loaders.reviewPages.clearAll();
}

function readReviewPage(args) {
  const { first, after } = readPage(args);
  if (after !== null && !/^\d{1,15}$/.test(after))
    throw badInput('after must be an endCursor of an earlier page.');
  return { first, before: after === null ? null : Number(after) };
}

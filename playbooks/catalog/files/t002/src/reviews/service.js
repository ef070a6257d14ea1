import { requireViewer } from '../auth/viewer.js';
import { refusal } from '../graphql/errors.js';

const MAX_TEXT = 2000;

/** What the caller can mend, by code. */
const ERRORS = {
  NOT_FOUND: (path) => ({ message: `There is no ${path.replace('Id', '')} with this id.`, path: [path] }),
  ALREADY_REVIEWED: () => ({
    message: 'You have reviewed this product; take that review away first.',
    path: ['productId'],
  }),
  OUT_OF_RANGE: () => ({ message: 'Stars are 1 to 5.', path: ['stars'] }),
  INVALID_TEXT: () => ({
    message: `A text has 1 to ${MAX_TEXT} characters and no control characters.`,
    path: ['text'],
  }),
};

const userError = (code, path) => ({ code, ...ERRORS[code](path) });

/** The rules about reviews; knows no GraphQL. A refusal that the caller can mend is answered as `errors`. */
export function createReviewsService({ repositories: { reviews } }) {
  return {
    /**
     * @param {import('../auth/viewer.js').Viewer | null} viewer
     * @param {{ productId: string, stars: number, text: string }} input
     */
    async addReview(viewer, { productId, stars, text }) {
      const { id: customerId, name } = requireViewer(viewer);
      const trimmed = text.trim();
      const errors = [];
      if (stars < 1 || stars > 5) errors.push(userError('OUT_OF_RANGE'));
      if (!isText(trimmed)) errors.push(userError('INVALID_TEXT'));
      if (errors.length > 0) return { review: null, errors };

      const authorName = name.trim() || 'A customer';
      const { review, refused } = await reviews.add({
        productId,
        customerId,
        authorName,
        stars,
        text: trimmed,
      });
      if (review) return { review, errors: [] };
      return { review: null, errors: [userError(refused, 'productId')] };
    },

    /**
     * @param {import('../auth/viewer.js').Viewer | null} viewer
     * @param {{ reviewId: string }} input
     */
    async removeReview(viewer, { reviewId }) {
      const { id: customerId, roles } = requireViewer(viewer);
      const review = await reviews.find(reviewId);
      if (review && review.customerId !== customerId && !roles.includes('staff')) throw refusal('FORBIDDEN');
      if (review && (await reviews.remove(reviewId))) {
        return { removedReviewId: reviewId, productId: review.productId, errors: [] };
      }
      return { removedReviewId: null, errors: [userError('NOT_FOUND', 'reviewId')] };
    },
  };
}

function isText(text) {
  const length = [...text].length;
  return length >= 1 && length <= MAX_TEXT && !/\p{Cc}/u.test(text.replace(/[\n\r\t]/g, ''));
}

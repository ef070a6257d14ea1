/**
 * @typedef {object} Review
 * @property {string} id
 * @property {number} number Rises with every review; what pages are sorted by, whatever the clock says.
 * @property {string} productId
 * @property {string} customerId Never leaves through the API.
 * @property {string} authorName
 * @property {number} stars
 * @property {string} text
 * @property {string} writtenAt
 *
 * @typedef {object} ProductReviews
 * @property {Review[]} oldestFirst
 * @property {Map<string, Review>} byCustomer
 * @property {number} starsInAll
 */

export function createReviewsTable() {
  return {
    nextNumber: 1,
    /** @type {Map<string, Review>} */
    byId: new Map(),
    /** @type {Map<string, ProductReviews>} */
    byProduct: new Map(),
  };
}

export const reviewEvents = {
  'review-added'({ reviews }, { id, number, productId, customerId, authorName, stars, text, writtenAt }) {
    const review = { id, number, productId, customerId, authorName, stars, text, writtenAt };
    const ofProduct = reviews.byProduct.get(productId) ?? {
      oldestFirst: [],
      byCustomer: new Map(),
      starsInAll: 0,
    };
    ofProduct.oldestFirst.push(review);
    ofProduct.byCustomer.set(customerId, review);
    ofProduct.starsInAll += stars;
    reviews.byProduct.set(productId, ofProduct);
    reviews.byId.set(id, review);
    reviews.nextNumber = number + 1;
  },

  'review-removed'({ reviews }, { id }) {
    const review = reviews.byId.get(id);
    const ofProduct = reviews.byProduct.get(review.productId);
    ofProduct.oldestFirst.splice(ofProduct.oldestFirst.indexOf(review), 1);
    ofProduct.byCustomer.delete(review.customerId);
    ofProduct.starsInAll -= review.stars;
    reviews.byId.delete(id);
  },
};

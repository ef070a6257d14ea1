import { requireRole } from '../auth/viewer.js';

const MAX_CENTS = 100_000_000;

/** The rules about products; knows no GraphQL. A refusal that the caller can mend is answered as `errors`. */
export function createProductsService({ repositories }) {
  return {
    /**
     * @param {import('../auth/viewer.js').Viewer | null} viewer
     * @param {{ productId: string, cents: number }} input
     */
    async changePrice(viewer, { productId, cents }) {
      requireRole(viewer, 'staff');
      if (cents < 0 || cents > MAX_CENTS) {
        const message = `A price is 0 to ${MAX_CENTS} cents.`;
        return { product: null, errors: [{ code: 'OUT_OF_RANGE', message, path: ['cents'] }] };
      }
      const product = await repositories.products.changePrice({ productId, cents });
      if (product) return { product, errors: [] };
      const message = 'There is no product with this id.';
      return { product: null, errors: [{ code: 'NOT_FOUND', message, path: ['productId'] }] };
    },
  };
}

import { readFile } from 'node:fs/promises';

const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The catalogue file is not what it should be. */
export class CatalogueError extends Error {
  name = 'CatalogueError';
}

/**
 * @param {string} path
 * @returns {Promise<{ categories: object[], products: object[] }>}
 * @throws {CatalogueError} naming the file and the first fault.
 */
export async function readCatalogue(path) {
  let catalogue;
  try {
    catalogue = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CatalogueError(`The catalogue ${path} cannot be read (${error.message}); see docs/data.md.`, {
      cause: error,
    });
  }
  const fault = faultOf(catalogue);
  if (fault) throw new CatalogueError(`The catalogue ${path} is wrong: ${fault}; see docs/data.md.`);
  return catalogue;
}

function faultOf({ categories, products }) {
  if (!Array.isArray(categories) || !Array.isArray(products))
    return 'it needs the lists categories and products';
  for (const [list, rows] of Object.entries({ categories, products })) {
    const ids = new Set(rows.map((row) => row.id));
    if (ids.size < rows.length) return `two ${list} have the same id`;
    for (const row of rows) {
      if (!ID.test(row.id))
        return `the id ${JSON.stringify(row.id)} of ${list} is not 1 to 64 of a-z, 0-9 and -`;
      if (typeof row.name !== 'string' || row.name === '') return `${row.id} has no name`;
    }
  }
  const known = new Set(categories.map((row) => row.id));
  for (const { id, categoryId, description, price } of products) {
    if (!known.has(categoryId)) return `${id} is in the category ${categoryId}, which does not exist`;
    if (typeof description !== 'string') return `${id} has no description`;
    if (!Number.isInteger(price?.cents) || price.cents < 0 || !/^[A-Z]{3}$/.test(price.currency)) {
      return `${id} has no price in whole cents and a currency`;
    }
  }
  return null;
}

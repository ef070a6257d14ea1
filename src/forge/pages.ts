/** Rows asked for at once; forges give no more. */
export const PAGE = 100;
const MOST_PAGES = 5;

/** The rows of some pages, as far as there are any. */
export async function readPages<T>(read: (page: number) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const rows = await read(page);
    all.push(...rows);
    if (rows.length < PAGE) break;
  }
  return all;
}

/** Rows asked for at once; forges give no more. */
export const PAGE = 100;
/** Pages that are read of one list. */
export const MOST_PAGES = 5;

/** The rows of some pages, as far as there are any. */
export async function readPages<T>(read: (page: number) => Promise<readonly T[]>): Promise<T[]> {
  return readFrom(1, read);
}

async function readFrom<T>(first: number, read: (page: number) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for (let page = first; page < first + MOST_PAGES; page += 1) {
    const rows = await read(page);
    all.push(...rows);
    if (rows.length < PAGE) break;
  }
  return all;
}

/** One page of a list, and the number of the last one; null: there is no other, or the forge does not say. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly last: number | null;
}

/** What is missing of a list that was read: nothing, its oldest rows, or its newest. */
export type LeftOut = 'nothing' | 'oldest' | 'newest';

/**
 * The newest rows of a list that forges give oldest first, in that order. Of a very long list some forges do not say where
 * it ends: then they are its oldest.
 */
export async function readNewest<T>(
  read: (page: number) => Promise<Page<T>>,
): Promise<{ readonly rows: readonly T[]; readonly without: LeftOut }> {
  const first = await read(1);
  const from = (first.last ?? 1) - MOST_PAGES + 1;
  const rowsOf = async (page: number): Promise<readonly T[]> =>
    page === 1 ? first.rows : (await read(page)).rows;
  const rows = await readFrom(Math.max(1, from), rowsOf);
  if (from > 1) return { rows, without: 'oldest' };
  const isFull = first.last === null && rows.length === MOST_PAGES * PAGE;
  return { rows, without: isFull ? 'newest' : 'nothing' };
}

/** The number of the last page, by the `Link` header of an answer. */
export function lastPage(link: string | null | undefined): number | null {
  const [, page] = /<[^<>]*[?&]page=(\d{1,6})[^<>]*>; *rel="last"/.exec(link ?? '') ?? [];
  return page === undefined ? null : Number(page);
}

/** Tells that a list was longer than what is read of it; none: it was not. */
export function leftOut(what: string, without: LeftOut): string[] {
  const most = String(MOST_PAGES * PAGE);
  switch (without) {
    case 'nothing':
      return [];
    case 'oldest':
      return [`There are more ${what} than are read; at most the newest ${most} are among these.`];
    case 'newest':
      return [
        `There may be more ${what} than are read: the forge does not say how many there are, and only the oldest ${most} are among these.`,
      ];
  }
}

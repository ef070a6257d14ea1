import { MOST_ROWS } from '../domain/objective/standing';

/** Most rows a list reads from visibility. */
export const LIST_LIMIT = MOST_ROWS;

/** Workflows asked at once: a worker answers queries one after the other. */
const AT_ONCE = 8;

/** Asks about each row, a few at a time; answers in the order of the rows. Rejects with the first failure. */
export async function inParallel<T, R>(
  rows: readonly T[],
  ask: (row: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers = new Map<number, R>();
  const left = rows.entries();
  const lane = async (): Promise<void> => {
    for (const [index, row] of left) answers.set(index, await ask(row));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, lane));
  return rows.map((_row, index) => answers.get(index) as R);
}

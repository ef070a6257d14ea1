import { leftOut, readNewest, type Page } from '../../src/forge/pages';

/** A list of so many rows, as a forge gives it, which may say where it ends. */
const listOf =
  (rows: number, says: boolean) =>
  (page: number): Promise<Page<number>> =>
    Promise.resolve({
      rows: Array.from(
        { length: Math.min(100, Math.max(0, rows - (page - 1) * 100)) },
        (_, at) => (page - 1) * 100 + at,
      ),
      last: says && rows > 100 ? Math.ceil(rows / 100) : null,
    });

it.each([
  ['short', 30, true, 0, 'nothing'],
  ['as long as is read', 500, true, 0, 'nothing'],
  ['longer', 730, true, 300, 'oldest'],
  ['long, of a forge that does not say where it ends', 730, false, 0, 'newest'],
  ['short, of such a forge', 430, false, 0, 'nothing'],
])(
  'of a list that is %s the newest rows are read as far as they can be found',
  async (_, rows, says, from, without) => {
    const read = await readNewest(listOf(rows, says));
    expect(read.rows.at(0)).toBe(from);
    expect(read.without).toBe(without);
  },
);

it('what is missing is told', () => {
  expect(leftOut('reviews', 'nothing')).toEqual([]);
  expect(leftOut('reviews', 'oldest').join()).toContain('the newest 500');
  expect(leftOut('reviews', 'newest').join()).toContain('only the oldest 500');
});

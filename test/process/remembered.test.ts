// Needs nothing.
import { rememberTexts } from '../../src/process/remembered';

/** Reads from a table and counts how often. */
function counting(table: Record<string, string>): {
  read: (key: string) => () => Promise<string>;
  reads: string[];
} {
  const reads: string[] = [];
  return {
    reads,
    read: (key) => () => {
      reads.push(key);
      const text = table[key];
      return text === undefined ? Promise.reject(new Error(`no ${key}`)) : Promise.resolve(text);
    },
  };
}

test('a text is read once, the empty one too', async () => {
  const { read, reads } = counting({ a: 'A', empty: '' });
  const remembered = rememberTexts();
  for (const key of ['a', 'a', 'empty', 'empty']) await remembered.of(key, read(key));
  expect(reads).toEqual(['a', 'empty']);
  expect(await remembered.of('a', read('a'))).toBe('A');
});

test('when there is no room, what was asked for longest ago is read again', async () => {
  const { read, reads } = counting({ a: 'aaa', b: 'bbb', c: 'ccc' });
  const remembered = rememberTexts(6);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await remembered.of(key, read(key));
  expect(reads).toEqual(['a', 'b', 'c', 'b']);
});

test('a long text is answered and not kept, and puts nothing out', async () => {
  const { read, reads } = counting({ a: 'a', long: 'x'.repeat(20) });
  const remembered = rememberTexts(100, 10);
  for (const key of ['a', 'long', 'long', 'a']) expect(await remembered.of(key, read(key))).not.toBe('');
  expect(reads).toEqual(['a', 'long', 'long']);
});

test('a failure is not kept', async () => {
  const table: Record<string, string> = {};
  const { read } = counting(table);
  const remembered = rememberTexts();
  await expect(remembered.of('a', read('a'))).rejects.toThrow('no a');
  table['a'] = 'there now';
  expect(await remembered.of('a', read('a'))).toBe('there now');
});

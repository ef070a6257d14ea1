// Needs nothing.
import { MOST_BODY_CHARACTERS, withOurPart } from '../../../src/domain/pull-request/pull-request-body';

const put = (there: string | null, ours: string): string => {
  const text = withOurPart(there, ours);
  if (text === null) throw new Error('there was no room');
  return text;
};

test('a new text is our part and says that it is written anew', () => {
  expect(put(null, 'the report')).toMatch(/written anew with each delivery[^]*the report/);
});

test('what stands around our part stays, and our part is the newest', () => {
  const first = put('', 'first');
  const edited = `above\n\n${first}\n\nbelow`;
  const second = put(edited, 'second');
  expect(second).toMatch(/^above\n\n[^]*second[^]*\n\nbelow$/);
  expect(second).not.toContain('first');
  expect(put(second, 'second')).toBe(second);
});

test('a text without our part is kept, and ours comes below', () => {
  expect(put('all mine', 'report')).toMatch(/^all mine\n\n<!-- [^]*report/);
});

test('half of our part is a text of its own: nothing of it is taken for ours, then or later', () => {
  const torn = put(null, 'first').split('<!-- backend-coordinator: end -->')[0] ?? '';
  const again = put(`${torn}\n\nmine`, 'second');
  expect(again).toContain('mine');
  expect(put(again, 'third')).toContain('mine');
  expect(put(again, 'third')).not.toContain('second');
});

test('a long report is cut at the end of a line, to what the forge takes together with what people wrote', () => {
  const ours = 'one line of it\n'.repeat(10_000);
  const text = put('mine\n'.repeat(1_000), ours);
  expect(text.length).toBeLessThanOrEqual(MOST_BODY_CHARACTERS);
  expect(text.length).toBeGreaterThan(MOST_BODY_CHARACTERS - 100);
  expect(text).toMatch(/one line of it\n\n\*Cut here/);
  expect(text.trim().endsWith('<!-- backend-coordinator: end -->')).toBe(true);
});

test('a text that leaves no room is not touched', () => {
  expect(withOurPart('x'.repeat(MOST_BODY_CHARACTERS - 300), 'y'.repeat(1_000))).toBeNull();
});

import { z } from 'zod';

/** A text as far as there is room for it. */
export const Shown = z.object({
  text: z.string(),
  /** Bytes the whole has. */
  bytes: z.int(),
  leftOutBytes: z.int(),
});
type Shown = z.infer<typeof Shown>;

/** The beginning of a text, in whole lines where one fits. */
export function beginningOf(whole: string, mostBytes: number): Shown {
  const bytes = Buffer.from(whole);
  if (bytes.length <= mostBytes) return { text: whole, bytes: bytes.length, leftOutBytes: 0 };
  const lineEnd = bytes.lastIndexOf('\n', mostBytes - 1) + 1;
  const end = lineEnd > 0 ? lineEnd : characterAt(bytes, mostBytes, -1);
  return shown(bytes.subarray(0, end), bytes.length);
}

/** The end of a text, which of an output says more than its start. */
export function endOf(whole: string, mostBytes: number): Shown {
  const bytes = Buffer.from(whole);
  if (bytes.length <= mostBytes) return { text: whole, bytes: bytes.length, leftOutBytes: 0 };
  return shown(bytes.subarray(characterAt(bytes, bytes.length - mostBytes, 1)), bytes.length);
}

function shown(part: Buffer, bytes: number): Shown {
  return { text: part.toString('utf8'), bytes, leftOutBytes: bytes - part.length };
}

/** The next place, from `at` on in a direction, where a character begins. */
function characterAt(bytes: Buffer, at: number, step: 1 | -1): number {
  let place = at;
  while (((bytes[place] ?? 0) & 0b1100_0000) === 0b1000_0000) place += step;
  return place;
}

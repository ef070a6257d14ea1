import { z } from 'zod';
import { redactSecrets } from '../process/redact';
import { wholeOutput } from '../process/whole-output';

/** A text as far as there is room for it. */
export const Shown = z.object({
  text: z.string(),
  /** Bytes the whole has. */
  bytes: z.int(),
  leftOutBytes: z.int(),
});
type Shown = z.infer<typeof Shown>;

/** The beginning of a text, in whole lines where one fits, with its secrets taken out: a model is shown it. */
export function beginningOf(whole: string, mostBytes: number): Shown {
  const clean = Buffer.from(redactSecrets(whole));
  if (clean.length <= mostBytes)
    return { text: clean.toString('utf8'), bytes: clean.length, leftOutBytes: 0 };
  let end = clean.lastIndexOf('\n', mostBytes - 1) + 1 || mostBytes;
  // Not in the middle of a character.
  while (((clean[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return {
    text: clean.subarray(0, end).toString('utf8'),
    bytes: clean.length,
    leftOutBytes: clean.length - end,
  };
}

/** The end of an output, likewise. */
export function endOf(output: string, mostBytes: number): Shown {
  const { text, leftOutBytes } = wholeOutput(output, mostBytes);
  return { text, bytes: leftOutBytes + Buffer.byteLength(text), leftOutBytes };
}

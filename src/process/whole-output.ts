import { redactSecrets } from './redact';

const MOST_BYTES = 1024 * 1024;

/** The output of a program as people are shown it. */
export interface WholeOutput {
  readonly text: string;
  /** Bytes of its beginning that are not in `text`. */
  readonly leftOutBytes: number;
}

/**
 * An output with its secrets taken out; of a very long one the last bytes (a mebibyte unless said), since the end says more
 * than the start.
 */
export function wholeOutput(output: string, mostBytes = MOST_BYTES): WholeOutput {
  // Taken out before it is cut: half a secret is not known as one.
  const bytes = Buffer.from(redactSecrets(output));
  let start = Math.max(0, bytes.length - mostBytes);
  // Not in the middle of a character.
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return { text: bytes.subarray(start).toString('utf8'), leftOutBytes: start };
}

/** What is said before an output whose beginning is not shown; null: it is whole. */
export function leftOutOf({ leftOutBytes }: WholeOutput): string | null {
  return leftOutBytes === 0
    ? null
    : `The first ${String(leftOutBytes)} bytes are left out; the last ${String(MOST_BYTES)} follow.`;
}

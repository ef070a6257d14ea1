import { createHash } from 'node:crypto';
import type { FeedbackItem } from '../domain/feedback';
import { redactSecrets } from '../process/redact';

const MOST_CHARACTERS = 4000;

/** Text of a stranger as it is kept: without secrets and control characters, cut in the middle, where the least is. */
export function strangersText(text: string, secrets: readonly string[]): string {
  const clean = redactSecrets(text.slice(0, 200_000), secrets)
    .replace(/\r\n?/g, '\n')
    // eslint-disable-next-line no-control-regex -- they are what is taken out
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ')
    .trim();
  if (clean.length <= MOST_CHARACTERS) return clean;
  const head = clean.slice(0, 1500);
  return `${head}\n[…]\n${clean.slice(clean.length - (MOST_CHARACTERS - head.length - 10))}`;
}

/** Name of an account or a check on one line. */
export function strangersName(name: string): string {
  const clean = name
    .replace(/[^\p{L}\p{N} ._/()[\]:-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return clean === '' ? 'somebody' : clean.slice(0, 100);
}

/** Part of a key that stands for any text. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function webAddress(url: string | null | undefined): FeedbackItem['url'] {
  return url !== null &&
    url !== undefined &&
    url.length <= 500 &&
    /^https?:\/\//.test(url) &&
    URL.canParse(url)
    ? url
    : null;
}

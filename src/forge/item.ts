import { createHash } from 'node:crypto';
import { FeedbackItem } from '../domain/pull-request/feedback';
import { redactSecrets } from '../process/redact';

const MOST_CHARACTERS = 4000;

/** When something was said, as forges write it. */
export const When = FeedbackItem.shape.at;

/** Characters nobody sees and a model reads: controls, marks of direction, zero-width ones, tags. A new line stays. */
const UNSEEN = /[^\P{Cc}\n]|\p{Cf}|[\u{e0100}-\u{e01ef}]/gu;
/** What colours a terminal, as outputs of checks have it. */
// eslint-disable-next-line no-control-regex -- escape sequences start with a control character
const COLOURS = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** Text of a stranger as it is kept: what a reader sees of it, without secrets, cut in the middle, where the least is. */
export function strangersText(text: string, secrets: readonly string[]): string {
  const seen = text
    .slice(0, 200_000)
    .replace(COLOURS, '')
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/\t/g, ' ')
    .replace(UNSEEN, '')
    .trim();
  // Last, so that nothing unseen parts a secret.
  const clean = redactSecrets(seen, secrets);
  if (clean.length <= MOST_CHARACTERS) return clean;
  const head = clean.slice(0, 1500);
  return `${head}\n[…]\n${clean.slice(clean.length - (MOST_CHARACTERS - head.length - 10))}`;
}

/** Longest quotation of what a reply is about. */
const REPLIED_CHARACTERS = 500;

/** A reply with what it is about; that of a stranger does not come along with the answer of a member. */
export function replyText(
  body: string,
  root: { readonly author: string; readonly body: string; readonly member: boolean },
): string {
  const said = [...root.body.trim()];
  const cut =
    said.length <= REPLIED_CHARACTERS ? root.body.trim() : `${said.slice(0, REPLIED_CHARACTERS).join('')}…`;
  const about = root.member
    ? `In reply to @${strangersName(root.author)}: ${cut}`
    : 'In reply to somebody who does not belong to the repository.';
  return `${about}\n\n${body}`;
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

/** As it is written in an address bar: a check may put any words where its address should be. */
export function webAddress(url: string | null | undefined): FeedbackItem['url'] {
  if (url === null || url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url)) return null;
  const { href } = new URL(url);
  return href.length <= 500 ? href : null;
}

/** A line as forges tell it; some say 0 or nothing where they mean the file. */
export function lineNumber(line: number | null | undefined): FeedbackItem['line'] {
  return line !== null && line !== undefined && line >= 1 ? line : null;
}

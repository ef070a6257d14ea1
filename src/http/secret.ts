import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Something nobody can guess, for links, cookies and forms. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in constant time: digests are of one length, so that the comparison tells nothing of the secret's. */
export function isSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

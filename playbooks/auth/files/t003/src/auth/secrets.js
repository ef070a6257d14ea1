import { createHash, randomBytes } from 'node:crypto';

/** A new refresh token: 256 random bits, safe in URLs and JSON. */
export function createSecret() {
  return randomBytes(32).toString('base64url');
}

/**
 * What is stored of a secret. It is random and long, so a plain digest cannot be guessed backwards and needs
 * neither salt nor cost.
 *
 * @param {string} secret
 * @returns {Buffer} 32 bytes.
 */
export function digestSecret(secret) {
  return createHash('sha256').update(secret).digest();
}

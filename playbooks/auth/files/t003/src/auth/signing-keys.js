import { createHash, createSecretKey } from 'node:crypto';

/**
 * Keys for access tokens. Tokens name theirs in `kid`, so that a secret can be replaced while older tokens live.
 *
 * @param {Buffer[]} secrets The newest first.
 * @returns {{ id: string, key: import('node:crypto').KeyObject }[]} In the same order: the first signs, all verify.
 */
export function createSigningKeys(secrets) {
  return secrets.map((secret) => ({
    // The secret has 256 bits or more, so a part of its digest gives nothing away.
    id: createHash('sha256').update('kid').update(secret).digest('hex').slice(0, 16),
    key: createSecretKey(secret),
  }));
}

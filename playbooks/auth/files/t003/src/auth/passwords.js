import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt);

const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Hashes are `scrypt$N$r$p$salt$key`, so that the cost can be raised without losing old ones.
 *
 * @param {import('../config.js').Config['auth']['passwordCost']} cost Of new hashes.
 */
export function createPasswords(cost) {
  return {
    /**
     * @param {string} password
     * @returns {Promise<string>}
     */
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const key = await deriveKey(password, salt, cost);
      return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
    },

    /**
     * Takes the same time whether or not there is a hash to compare with, so that the answer's delay does not tell
     * which addresses have an account.
     *
     * @param {string} password
     * @param {string | null} hash null when there is none.
     * @returns {Promise<boolean>}
     */
    async verify(password, hash) {
      if (hash === null) {
        await deriveKey(password, Buffer.alloc(SALT_BYTES), cost);
        return false;
      }
      const [, N, r, p, salt, key] = hash.split('$');
      const expected = Buffer.from(key, 'base64url');
      const its = { N: Number(N), r: Number(r), p: Number(p) };
      return timingSafeEqual(await deriveKey(password, Buffer.from(salt, 'base64url'), its), expected);
    },
  };
}

/** The same characters typed on different keyboards must give the same key. */
function deriveKey(password, salt, cost) {
  return derive(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: 256 * cost.N * cost.r });
}

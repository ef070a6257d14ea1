import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt);

// 32 MiB and about a tenth of a second for each hash; OWASP's equal of N = 2^17, r = 8, p = 1.
const COST = { N: 2 ** 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * @param {string} password
 * @returns {Promise<string>} `scrypt$N$r$p$salt$key`, so that the cost can be raised without losing old hashes.
 */
export async function hashPassword(password) {
  const salt = randomBytes(SALT_BYTES);
  const key = await deriveKey(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/**
 * Takes the same time whether or not there is a hash to compare with, so that the answer's delay does not tell
 * which addresses have an account.
 *
 * @param {string} password
 * @param {string | null} hash Made by `hashPassword`; null when there is none.
 * @returns {Promise<boolean>}
 */
export async function verifyPassword(password, hash) {
  if (hash === null) {
    await deriveKey(password, Buffer.alloc(SALT_BYTES), COST);
    return false;
  }
  const [, N, r, p, salt, key] = hash.split('$');
  const expected = Buffer.from(key, 'base64url');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return timingSafeEqual(await deriveKey(password, Buffer.from(salt, 'base64url'), cost), expected);
}

/** The same characters typed on different keyboards must give the same key. */
function deriveKey(password, salt, cost) {
  return derive(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: 256 * cost.N * cost.r });
}

import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/logging.js';
import { memoryJournal } from '../../src/store/journal.js';
import { openStore } from '../../src/store/store.js';

// One for the process, so that what one part of a test signs another can verify.
const TOKEN_SECRET = randomBytes(32).toString('base64');

/** Few products, and names that sort otherwise than ids. */
export const CATALOGUE = {
  categories: [
    { id: 'tea', name: 'Tea' },
    { id: 'cups', name: 'Cups' },
  ],
  products: [
    product('p-1', 'Sencha', 'tea', 890),
    product('p-2', 'Earl Grey', 'tea', 690),
    product('p-3', 'Small cup', 'cups', 1200),
  ],
};

export function product(id, name, categoryId, cents) {
  return { id, name, categoryId, description: `${name}.`, price: { cents, currency: 'EUR' } };
}

/** @param {Record<string, string>} [env] Added to what the service needs at least. */
export function testConfig(env) {
  return loadConfig({ TOKEN_SECRET, LOG_LEVEL: 'silent', ...env });
}

/**
 * An access token as the accounts service issues it.
 *
 * @param {string} id
 * @param {{ name?: string, roles?: string[], secret?: string, alg?: string, claims?: Record<string, unknown> }} [options]
 */
export function tokenFor(
  id,
  { name = id, roles = [], secret = TOKEN_SECRET, alg = 'HS256', claims = {} } = {},
) {
  return new SignJWT({ name, roles, iss: 'accounts', aud: 'catalog', sub: id, ...claims })
    .setProtectedHeader({ alg })
    .setExpirationTime(claims.exp ?? '5 minutes')
    .sign(Buffer.from(secret, 'base64'));
}

/**
 * The service on a fresh store.
 *
 * @param {object} [options]
 * @param {object} [options.catalogue]
 * @param {Record<string, string>} [options.env]
 * @param {import('../../src/store/journal.js').Journal} [options.journal]
 */
export async function createApp({ catalogue = CATALOGUE, env, journal = memoryJournal() } = {}) {
  const store = await openStore({ catalogue: structuredClone(catalogue), journal });
  /** Calls of repositories, such as `products.findMany`, in order. */
  const calls = [];
  /** Lines of the log. */
  const lines = [];
  const app = buildApp({
    store,
    config: testConfig({ LOG_LEVEL: 'debug', ...env }),
    log: createLogger({ level: 'debug', write: (line) => lines.push(line) }),
    watch: (name, repository) => recordCalls(name, repository, calls),
  });

  /** @param {Partial<import('../../src/app.js').AppRequest> & { json?: unknown }} request */
  function send({ json, headers, ...request }) {
    return app.handle({
      method: 'POST',
      url: '/graphql',
      address: '192.0.2.1',
      headers: { 'content-type': 'application/json', ...headers },
      body: () => Promise.resolve(json === undefined ? '' : JSON.stringify(json)),
      ...request,
    });
  }

  return {
    calls,
    lines,
    send,
    /**
     * Runs a document.
     *
     * @param {string} query
     * @param {object} [variables]
     * @param {string} [token] An access token.
     * @returns {Promise<{ data?: any, errors?: any[] }>}
     */
    async ask(query, variables = {}, token = undefined) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return JSON.parse((await send({ json: { query, variables }, headers })).body);
    },
  };
}

function recordCalls(name, repository, calls) {
  return Object.fromEntries(
    Object.entries(repository).map(([method, call]) => [
      method,
      (...args) => {
        calls.push(`${name}.${method}`);
        return call(...args);
      },
    ]),
  );
}

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem } from '../http/problem.js';

const GRANT_TTL_S = 60;
const MAX_DISPLAY_NAME = 100;

/**
 * The rules of signing in at providers; knows neither HTTP routes nor SQL.
 *
 * @param {object} dependencies
 * @param {ReturnType<typeof import('./repository.js').createOAuthRepository>} dependencies.repository
 * @param {ReadonlyMap<string, ReturnType<typeof import('./client.js').createOAuthClient>>} dependencies.clients
 */
export function createOAuthService({ repository, clients }) {
  function clientOf(provider) {
    const client = clients.get(provider);
    if (!client) throw new Problem(404, 'provider-not-found', 'There is no sign-in with this provider.');
    return client;
  }

  async function findOrLinkUser(provider, { subject, email, displayName }) {
    const known = await repository.findUser({ provider, subject });
    if (known) return known;
    // Anybody may type any address at a provider, so only one it has verified says who somebody is here.
    if (!email) {
      throw new Problem(403, 'email-not-verified', 'The account at the provider has no verified address.');
    }
    const name = displayName?.trim().slice(0, MAX_DISPLAY_NAME) || null;
    return repository.link({ provider, subject, email: email.toLowerCase(), displayName: name });
  }

  return {
    /** @param {string} provider */
    begin(provider) {
      const client = clientOf(provider);
      const secrets = { state: createSecret(), verifier: createSecret() };
      return { ...secrets, url: client.authorizationUrl(secrets) };
    },

    /**
     * @param {string} provider
     * @param {{ code?: string, state?: string, error?: string }} answer What the provider sent the browser back with.
     * @param {{ state: string, verifier: string } | undefined} begun What this browser began with.
     * @returns {Promise<string>} A grant that can be exchanged for a session, once and soon.
     */
    async finish(provider, answer, begun) {
      const client = clientOf(provider);
      if (!begun || !isSame(begun.state, answer.state)) {
        throw new Problem(400, 'invalid-state', 'This sign-in was not begun in this browser; begin it again.');
      }
      if (!answer.code) throw new Problem(403, 'sign-in-denied', 'The sign-in was denied at the provider.');
      const profile = await client.readProfile({ code: answer.code, verifier: begun.verifier });
      const user = await findOrLinkUser(provider, profile);
      if (user.disabled) throw new Problem(403, 'account-disabled', 'This account may not sign in.');
      const grant = createSecret();
      await repository.insertGrant({ userId: user.id, grant, ttlS: GRANT_TTL_S });
      return grant;
    },
  };
}

function createSecret() {
  return randomBytes(32).toString('base64url');
}

function isSame(expected, given = '') {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

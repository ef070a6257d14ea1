import { createHash } from 'node:crypto';
import { Problem } from '../http/problem.js';

const TIMEOUT_MS = 5_000;

/**
 * OAuth2 authorization-code flow with PKCE (RFC 6749, RFC 7636), as the client.
 *
 * @param {object} options
 * @param {import('./providers.js').Provider} options.provider
 * @param {{ id: string, secret: string }} options.credentials
 * @param {string} options.redirectUri Where the provider sends the browser back to.
 * @param {typeof globalThis.fetch} options.fetch
 */
export function createOAuthClient({ provider, credentials, redirectUri, fetch }) {
  /** Fails with 502 unless the provider answers 2xx with a JSON object or array in time. */
  async function call(url, init) {
    const headers = { accept: 'application/json', 'user-agent': 'orders-service', ...init.headers };
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(url, { ...init, headers, redirect: 'error', signal });
      const body = await response.json();
      if (!response.ok || body === null || typeof body !== 'object') {
        throw new Error(`${url} answered ${response.status}`);
      }
      return body;
    } catch (cause) {
      throw providerFailed(cause);
    }
  }

  return {
    /** @param {{ state: string, verifier: string }} secrets */
    authorizationUrl({ state, verifier }) {
      const url = new URL(provider.authorizeUrl);
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: credentials.id,
        redirect_uri: redirectUri,
        scope: provider.scope,
        state,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }).toString();
      return url.href;
    },

    /**
     * Exchanges the code for an access token and asks with it who signed in. The token is not kept.
     *
     * @param {{ code: string, verifier: string }} proof
     * @returns {Promise<import('./providers.js').Profile>}
     * @throws {Problem} 502
     */
    async readProfile({ code, verifier }) {
      const token = await call(provider.tokenUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          client_id: credentials.id,
          client_secret: credentials.secret,
          code_verifier: verifier,
        }).toString(),
      });
      // GitHub reports a refused code with 200 and an `error`.
      if (typeof token.access_token !== 'string') throw providerFailed(new Error(`no token: ${token.error}`));
      const headers = { authorization: `Bearer ${token.access_token}` };
      const profile = await provider.readProfile((url) => call(url, { headers }));
      if (typeof profile.subject !== 'string' || profile.subject === '') {
        throw providerFailed(new Error('the profile has no subject'));
      }
      return profile;
    },
  };
}

function providerFailed(cause) {
  const problem = new Problem(502, 'provider-failed', 'The provider did not confirm the sign-in; try again.');
  problem.cause = cause;
  return problem;
}

import { randomBytes } from 'node:crypto';

/** Environment in which both providers are offered; the secrets are made up for each run. */
export const OAUTH_ENV = {
  OAUTH_GOOGLE_CLIENT_ID: 'google-client',
  OAUTH_GOOGLE_CLIENT_SECRET: randomBytes(16).toString('hex'),
  OAUTH_GITHUB_CLIENT_ID: 'github-client',
  OAUTH_GITHUB_CLIENT_SECRET: randomBytes(16).toString('hex'),
  OAUTH_PUBLIC_URL: 'https://orders.example',
  OAUTH_RETURN_URL: 'https://shop.example/signed-in',
};

const json = (body, status = 200) => new Response(JSON.stringify(body), { status });

/**
 * Stands in for `fetch`: answers as the providers do and remembers what it was asked.
 *
 * @param {Record<string, (init: RequestInit) => Response | Promise<Response>>} [overrides] By address.
 */
export function createProviderStub(overrides = {}) {
  const answers = {
    'https://oauth2.googleapis.com/token': () => json({ access_token: 'google-token' }),
    'https://openidconnect.googleapis.com/v1/userinfo': () =>
      json({ sub: 'g-1', email: 'Ada@example.com', email_verified: true, name: 'Ada' }),
    'https://github.com/login/oauth/access_token': () => json({ access_token: 'github-token' }),
    'https://api.github.com/user': () => json({ id: 7, name: null }),
    'https://api.github.com/user/emails': () => json([{ email: 'ada@example.com', primary: true, verified: true }]),
  };
  const stub = {
    calls: [],
    /** Replaces the answer of one address. */
    answer: (url, body, status) => (answers[url] = () => json(body, status)),
    // eslint-disable-next-line require-await -- fetch is asynchronous, also where it fails
    async fetch(url, init) {
      stub.calls.push({ url, ...init });
      if (!answers[url]) throw new Error(`unexpected request to ${url}`);
      return answers[url](init);
    },
  };
  Object.assign(answers, overrides);
  return stub;
}

const LIFETIME_S = 600;
const VALUE = /^([\w-]{43})\.([\w-]{43})$/;

/**
 * Carries what one browser began with until the provider sends it back. The cookie ties the callback to the
 * browser, so that nobody can be signed in to an attacker's account. Lax, because the provider's redirect is
 * a navigation from another site.
 *
 * @param {string} provider
 * @param {{ state: string, verifier: string } | null} begun null removes the cookie.
 */
export function writeCookie(provider, begun) {
  const value = begun ? `${begun.state}.${begun.verifier}` : '';
  const age = begun ? LIFETIME_S : 0;
  const path = `/v1/auth/oauth/${provider}`;
  return `${nameOf(provider)}=${value}; Path=${path}; Max-Age=${age}; HttpOnly; Secure; SameSite=Lax`;
}

/**
 * @param {string} provider
 * @param {string | undefined} header
 * @returns {{ state: string, verifier: string } | undefined}
 */
export function readCookie(provider, header = '') {
  for (const part of header.split(';')) {
    const [name, value = ''] = part.trim().split('=');
    const match = name === nameOf(provider) && VALUE.exec(value);
    if (match) return { state: match[1], verifier: match[2] };
  }
  return undefined;
}

function nameOf(provider) {
  return `__Secure-oauth-${provider}`;
}

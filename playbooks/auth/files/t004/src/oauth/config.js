const PROVIDER_NAMES = ['google', 'github'];

/**
 * Reads `OAUTH_*`. A provider is offered when its client id is set; without any, nothing else is needed.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string[]} faults Gets a sentence for everything that is missing or malformed.
 */
export function readOAuthConfig(env, faults) {
  const credentials = {};
  for (const name of PROVIDER_NAMES) {
    const prefix = `OAUTH_${name.toUpperCase()}`;
    const [id, secret] = [env[`${prefix}_CLIENT_ID`], env[`${prefix}_CLIENT_SECRET`]];
    if (!id && !secret) continue;
    if (!id) faults.push(`${prefix}_CLIENT_ID is missing`);
    if (!secret) faults.push(`${prefix}_CLIENT_SECRET is missing`);
    credentials[name] = { id, secret };
  }
  if (Object.keys(credentials).length === 0) return { credentials };

  const webAddress = (name) => {
    const url = URL.canParse(env[name] ?? '') ? new URL(env[name]) : undefined;
    const local = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1';
    if (url?.protocol !== 'https:' && !(local && url?.protocol === 'http:')) {
      faults.push(`${name} must be an https address`);
    }
    return env[name];
  };
  return { credentials, publicUrl: webAddress('OAUTH_PUBLIC_URL'), returnUrl: webAddress('OAUTH_RETURN_URL') };
}

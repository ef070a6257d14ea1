/**
 * What differs between providers. Adding one is adding a row here and two variables in the environment.
 *
 * @typedef {object} Profile
 * @property {string} subject The provider's stable id of the account.
 * @property {string | null} email Only an address the provider has verified.
 * @property {string | null} displayName
 *
 * @typedef {object} Provider
 * @property {string} authorizeUrl
 * @property {string} tokenUrl
 * @property {string} scope
 * @property {(get: (url: string) => Promise<any>) => Promise<Profile>} readProfile
 */

/** @type {Readonly<Record<string, Provider>>} */
export const PROVIDERS = Object.freeze({
  google: {
    authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scope: 'openid email profile',
    async readProfile(get) {
      const user = await get('https://openidconnect.googleapis.com/v1/userinfo');
      return {
        subject: user.sub,
        email: user.email_verified === true ? user.email : null,
        displayName: user.name ?? null,
      };
    },
  },
  github: {
    authorizeUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    scope: 'read:user user:email',
    async readProfile(get) {
      const user = await get('https://api.github.com/user');
      const addresses = await get('https://api.github.com/user/emails');
      const primary = addresses.find((address) => address.primary && address.verified);
      return { subject: String(user.id), email: primary?.email ?? null, displayName: user.name ?? null };
    },
  },
});

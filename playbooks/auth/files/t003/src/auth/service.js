import { Problem } from '../http/problem.js';
import { createSecret } from './secrets.js';

/**
 * The rules of signing in; knows neither HTTP routes nor SQL.
 *
 * @param {object} dependencies
 * @param {ReturnType<typeof import('./repository.js').createAuthRepository>} dependencies.repository
 * @param {ReturnType<typeof import('./access-tokens.js').createAccessTokens>} dependencies.accessTokens
 * @param {ReturnType<typeof import('./passwords.js').createPasswords>} dependencies.passwords
 * @param {number} dependencies.sessionTtlS
 */
export function createAuthService({ repository, accessTokens, passwords, sessionTtlS }) {
  async function openSession(userId) {
    const refreshToken = createSecret();
    const sessionId = await repository.insertSession({ userId, refreshToken, ttlS: sessionTtlS });
    return tokens({ userId, sessionId, refreshToken });
  }

  async function tokens({ userId, sessionId, refreshToken }) {
    const accessToken = await accessTokens.issue({ userId, sessionId });
    return { accessToken, tokenType: 'Bearer', expiresIn: accessTokens.expiresIn, refreshToken };
  }

  return {
    /** Does not tell an unknown address from a wrong password. */
    async login({ email, password }) {
      const user = await repository.findUserByEmail(email.toLowerCase());
      if (!(await passwords.verify(password, user?.passwordHash ?? null))) {
        throw new Problem(401, 'invalid-credentials', 'The address or the password is wrong.');
      }
      return openSession(user.id);
    },

    /** Opens a session for who came back from an OAuth2 provider. */
    async exchange(grant) {
      const userId = await repository.takeGrant(grant);
      if (!userId) throw new Problem(401, 'invalid-grant', 'The grant is unknown, used or expired; sign in again.');
      return openSession(userId);
    },

    /**
     * @param {string} refreshToken
     * @param {{ onReuse: (sessionId: string) => void }} events
     */
    async refresh(refreshToken, { onReuse }) {
      const nextToken = createSecret();
      const result = await repository.rotate({ refreshToken, nextToken });
      if (result.kind === 'reused') onReuse(result.sessionId);
      if (result.kind !== 'rotated') {
        throw new Problem(401, 'invalid-refresh-token', 'The refresh token cannot be used; sign in again.');
      }
      return tokens({ ...result, refreshToken: nextToken });
    },

    /** Ends the token's session. Says nothing about whether there was one. */
    logout(refreshToken) {
      return repository.revokeByToken(refreshToken);
    },
  };
}

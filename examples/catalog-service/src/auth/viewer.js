import { jwtVerify } from 'jose';
import { refusal } from '../graphql/errors.js';

const ISSUER = 'accounts';
const AUDIENCE = 'catalog';

/**
 * Who asks, as their access token says.
 *
 * @typedef {object} Viewer
 * @property {string} id
 * @property {string} name For display.
 * @property {readonly string[]} roles
 */

/**
 * Reads access tokens: JWTs that the accounts service signs with the shared secret (HS256).
 *
 * @param {{ secret: Uint8Array }} options
 * @returns {(authorization: string | undefined) => Promise<Viewer | null>} null without a token.
 */
export function createViewerReader({ secret }) {
  return async (authorization) => {
    if (authorization === undefined) return null;
    const token = /^Bearer ([\w.-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw refusal('UNAUTHENTICATED');
    try {
      const { payload } = await jwtVerify(token, secret, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp'],
      });
      return {
        id: payload.sub,
        name: typeof payload.name === 'string' ? payload.name.slice(0, 100) : '',
        roles: Array.isArray(payload.roles) ? payload.roles : [],
      };
    } catch {
      // Why a token is not valid is nobody's business.
      throw refusal('UNAUTHENTICATED');
    }
  };
}

/**
 * @param {Viewer | null} viewer
 * @returns {Viewer}
 */
export function requireViewer(viewer) {
  if (!viewer) throw refusal('UNAUTHENTICATED');
  return viewer;
}

/** @param {Viewer | null} viewer @param {string} role */
export function requireRole(viewer, role) {
  if (!requireViewer(viewer).roles.includes(role)) throw refusal('FORBIDDEN');
  return viewer;
}

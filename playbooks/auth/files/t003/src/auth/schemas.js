/** JSON schemas of signing in; `openapi.yaml` says the same to callers. */

const secret = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' };

function body(properties) {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties };
}

export const credentials = body({
  email: { type: 'string', minLength: 3, maxLength: 254 },
  // Hashing takes time in proportion to the length, so there is a limit.
  password: { type: 'string', minLength: 1, maxLength: 256 },
});

export const refreshRequest = body({ refreshToken: secret });

export const grantRequest = body({ grant: secret });

export const tokenPair = {
  type: 'object',
  required: ['accessToken', 'tokenType', 'expiresIn', 'refreshToken'],
  properties: {
    accessToken: { type: 'string' },
    tokenType: { type: 'string', const: 'Bearer' },
    expiresIn: { type: 'integer' },
    refreshToken: { type: 'string' },
  },
};

/** JSON schemas of signing in at providers; `openapi.yaml` says the same to callers. */

export const providerParams = {
  type: 'object',
  required: ['provider'],
  properties: { provider: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,31}$' } },
};

/** Providers add parameters of their own, so unknown ones are let through. */
export const callbackQuery = {
  type: 'object',
  properties: {
    code: { type: 'string', minLength: 1, maxLength: 2048 },
    state: { type: 'string', minLength: 1, maxLength: 200 },
    error: { type: 'string', maxLength: 200 },
  },
};

/** JSON schemas of the account; `openapi.yaml` says the same to callers. */

export const account = {
  type: 'object',
  required: ['id', 'email', 'displayName', 'createdAt'],
  properties: {
    id: { type: 'string' },
    email: { type: 'string' },
    displayName: { type: ['string', 'null'] },
    createdAt: { type: 'string' },
  },
};

/** JSON schemas of the orders API; `openapi.yaml` says the same to callers. */

export const STATUSES = ['pending', 'shipped', 'cancelled'];

const currency = { type: 'string', pattern: '^[A-Z]{3}$' };

const item = {
  type: 'object',
  additionalProperties: false,
  required: ['sku', 'quantity', 'unitPriceCents'],
  properties: {
    sku: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' },
    quantity: { type: 'integer', minimum: 1, maximum: 1000 },
    unitPriceCents: { type: 'integer', minimum: 0, maximum: 10_000_000 },
  },
};

export const newOrder = {
  type: 'object',
  additionalProperties: false,
  required: ['customerReference', 'currency', 'items'],
  properties: {
    customerReference: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' },
    currency,
    items: { type: 'array', minItems: 1, maxItems: 100, items: item },
  },
};

export const order = {
  type: 'object',
  required: [
    'id',
    'customerReference',
    'currency',
    'status',
    'totalCents',
    'items',
    'createdAt',
    'cancelledAt',
  ],
  properties: {
    id: { type: 'string' },
    customerReference: { type: 'string' },
    currency: { type: 'string' },
    status: { type: 'string', enum: STATUSES },
    totalCents: { type: 'integer' },
    items: { type: 'array', items: item },
    createdAt: { type: 'string' },
    cancelledAt: { type: ['string', 'null'] },
  },
};

export const orderPage = {
  type: 'object',
  required: ['data', 'nextCursor'],
  properties: {
    data: { type: 'array', items: order },
    nextCursor: { type: ['string', 'null'] },
  },
};

export const orderParams = {
  type: 'object',
  required: ['orderId'],
  properties: {
    orderId: { type: 'string', pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' },
  },
};

export const listQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    cursor: { type: 'string', minLength: 1, maxLength: 200 },
    status: { type: 'string', enum: STATUSES },
  },
};

import type { JsonRecord } from '../../../domain/contract/openapi-document';

const ERROR = {
  description: 'An error.',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['title', 'status'],
        properties: { title: { type: 'string' }, status: { type: 'integer' } },
      },
    },
  },
};
const THING = {
  type: 'object',
  required: ['id', 'name'],
  properties: { id: { type: 'integer' }, name: { type: 'string' } },
};
const json = (schema: JsonRecord): JsonRecord => ({
  description: 'Fine.',
  content: { 'application/json': { schema } },
});

/** A small API that controls plant defects in: things that are listed, made and read, and a log-in. */
export const PLANTED_API: JsonRecord = {
  openapi: '3.1.0',
  paths: {
    '/v1/things': {
      get: {
        operationId: 'listThings',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 10, default: 5 } },
          { name: 'offset', in: 'query', schema: { type: 'integer', minimum: 0, default: 0 } },
          { name: 'name', in: 'query', schema: { type: 'string' } },
        ],
        responses: { 200: json({ type: 'array', items: THING }), 400: ERROR },
      },
      post: {
        operationId: 'createThing',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['name'],
                properties: { name: { type: 'string', maxLength: 200 } },
              },
            },
          },
        },
        responses: { 201: json(THING), 400: ERROR },
      },
    },
    '/v1/things/{thingId}': {
      get: {
        operationId: 'getThing',
        parameters: [{ name: 'thingId', in: 'path', required: true, schema: { type: 'integer' } }],
        responses: { 200: json(THING), 400: ERROR, 404: ERROR },
      },
    },
    '/v1/login': {
      post: {
        operationId: 'login',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['email', 'password'],
                properties: { email: { type: 'string' }, password: { type: 'string' } },
              },
            },
          },
        },
        responses: {
          200: json({ type: 'object', properties: { token: { type: 'string' } } }),
          400: ERROR,
          401: ERROR,
        },
      },
    },
  },
};

/** The same with everything but the log-in behind a token. */
export const PLANTED_SECURED_API: JsonRecord = {
  ...PLANTED_API,
  security: [{ bearer: [] }],
  components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  paths: Object.fromEntries(
    Object.entries(PLANTED_API['paths'] as Record<string, Record<string, JsonRecord>>).map(([path, item]) => [
      path,
      path === '/v1/login' ? { post: { ...item['post'], security: [] } } : item,
    ]),
  ),
};

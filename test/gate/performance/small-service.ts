import type { GateSettings } from '../../../src/domain/quality-gate/gate-settings';
import { nodeService, openSample, type Sample } from '../stage/support';

const ok = (schema: object): object => ({
  '200': { description: 'fine', content: { 'application/json': { schema } } },
});
const ITEM = { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } };

const SPEC = {
  openapi: '3.0.3',
  info: { title: 'items', version: '1' },
  paths: {
    '/v1/items': {
      get: {
        operationId: 'listItems',
        responses: ok({ type: 'object', properties: { items: { type: 'array', items: ITEM } } }),
      },
      post: {
        operationId: 'createItem',
        requestBody: {
          content: {
            'application/json': {
              schema: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
            },
          },
        },
        responses: ok(ITEM),
      },
    },
    '/v1/items/{itemId}': {
      get: {
        operationId: 'getItem',
        parameters: [{ name: 'itemId', in: 'path', required: true, schema: { type: 'string' } }],
        responses: ok(ITEM),
      },
    },
  },
};

/** Where defects are planted: at the start, in each request, and in the handlers. */
export interface Planted {
  readonly before?: string;
  readonly everywhere?: string;
  readonly list?: string;
  readonly item?: string;
  readonly create?: string;
  readonly metrics?: string;
}

const API: GateSettings['api'] = { kind: 'openapi', spec: 'openapi.json', from: 'file', basePath: null };

/** A small service with a list, an item and a way to make one; without database and dependencies. */
export function openSmallService(
  planted: Planted = {},
  more: Parameters<typeof openSample>[1] = {},
): Promise<Sample> {
  const { before = '', everywhere = '', list = '', item = '', create = '', metrics } = planted;
  const handler = `
  ${everywhere}
  if (url.pathname === '/metrics') { ${metrics ?? `response.end('process_resident_memory_bytes ' + process.memoryUsage.rss())`}; return; }
  if (url.pathname === '/v1/items' && request.method === 'GET') { ${list}; return send(200, { items: [{ id: 'a1', name: 'a' }] }); }
  if (url.pathname === '/v1/items') { request.resume(); ${create}; return send(201, { id: 'a1', name: 'a' }); }
  if (url.pathname.startsWith('/v1/items/')) { ${item}; return send(200, { id: 'a1', name: 'a' }); }`;
  return openSample(
    {
      ...nodeService(
        handler,
        `const wait = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };\n${before}`,
      ),
      'openapi.json': SPEC,
    },
    { settings: { api: API }, ...more },
  );
}

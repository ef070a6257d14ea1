import type { Defect } from '../defect';

const NOTES = 'src/notes/repository.js';
const LIST_END = '      return withTags(pool, rows);';
const ORDERS = 'src/orders/service.js';
const ORDER_LIST = '      const after = cursor === undefined ? undefined : decodeCursor(cursor);';
const POOL_ERRORS =
  "  pool.on('error', (error) => app.log.error({ err: error }, 'idle database connection lost'));\n";

/** What else goes when nothing can be read. */
const UNREADABLE = ['response-time', 'response-codes', 'error-handling', 'non-blocking'] as const;

/** Defects of what a running service shows: time, memory, blocking, and how it bears what is missing. */
export const PERFORMANCE_DEFECTS: readonly Defect[] = [
  {
    name: 'a list that waits for a slow statement',
    item: 'response-time',
    service: 'express',
    edits: [
      {
        file: NOTES,
        find: LIST_END,
        replace: `      await pool.query('SELECT pg_sleep(0.4)');\n${LIST_END}`,
      },
    ],
  },
  {
    name: 'an order that waits for something outside',
    item: 'response-time',
    service: 'fastify',
    edits: [
      {
        file: ORDERS,
        find: '    const record = await repository.find(id);',
        replace:
          '    await new Promise((resolve) => setTimeout(resolve, 400));\n    const record = await repository.find(id);',
      },
    ],
  },
  {
    name: 'an item whose statement sleeps',
    item: 'response-time',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/repository.py',
        find: 'def find_item(connection: Connection, sku: str) -> Row | None:\n',
        replace:
          'def find_item(connection: Connection, sku: str) -> Row | None:\n    connection.execute("select pg_sleep(0.5)")\n',
      },
    ],
  },
  {
    name: 'notes that cannot be read at all',
    item: 'performance-tests',
    service: 'express',
    edits: [
      {
        file: NOTES,
        find: '  if (rows.length === 0) return [];\n',
        replace: "  if (rows !== null) throw new Error('later');\n  if (rows.length === 0) return [];\n",
      },
    ],
    also: UNREADABLE,
  },
  {
    name: 'orders read by a column that is not there',
    item: 'performance-tests',
    service: 'fastify',
    edits: [
      {
        file: 'src/orders/repository.js',
        find: '  o.id, o.customer_reference',
        replace: '  o.nothing, o.id, o.customer_reference',
      },
    ],
    also: UNREADABLE,
  },
  {
    name: 'items read by a column that is not there',
    item: 'performance-tests',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/repository.py',
        find: 'COLUMNS = "sku, name,',
        replace: 'COLUMNS = "sku, colour, name,',
      },
    ],
    also: UNREADABLE,
  },
  {
    name: 'requests kept in a list',
    item: 'memory-monitored',
    service: 'express',
    edits: [
      {
        file: 'src/log.js',
        find: 'export function requestLog(request, response, next) {\n',
        replace:
          'const recent = [];\nexport function requestLog(request, response, next) {\n  recent.push({ request, response });\n',
      },
    ],
  },
  {
    name: 'answers kept in a map by request id',
    item: 'memory-monitored',
    service: 'fastify',
    edits: [
      {
        file: 'src/plugins/request-log.js',
        find: "  app.addHook('onResponse', (request, reply, done) => {\n",
        replace:
          "  const seen = new Map();\n  app.addHook('onResponse', (request, reply, done) => {\n    seen.set(request.id, { url: request.url, headers: request.headers, at: new Array(300).fill(0) });\n",
      },
    ],
  },
  {
    name: 'metrics that say nothing of memory',
    item: 'memory-monitored',
    service: 'express',
    edits: [
      {
        file: 'src/metrics.js',
        content:
          "/** Uptime of the process, in the text format of Prometheus. */\nexport function metrics(request, response) {\n  response.type('text/plain').send(`process_uptime_seconds ${process.uptime()}\\n`);\n}\n",
      },
    ],
  },
  {
    name: 'a list that computes a digest for each row',
    item: 'non-blocking',
    service: 'express',
    edits: [
      {
        file: NOTES,
        find: '/** Notes in the database; a user sees only what is hers. */\n',
        replace:
          "import { createHash } from 'node:crypto';\n\n/** Notes in the database; a user sees only what is hers. */\n",
      },
      {
        file: NOTES,
        find: LIST_END,
        replace: `      let digest = '';\n      for (let i = 0; i < 120_000; i += 1) digest = createHash('sha256').update(digest).digest('hex');\n${LIST_END}`,
      },
    ],
    also: ['response-time'],
  },
  {
    name: 'a list that waits actively',
    item: 'non-blocking',
    service: 'fastify',
    edits: [
      {
        file: ORDERS,
        find: ORDER_LIST,
        replace: `      const end = Date.now() + 30;\n      while (Date.now() < end);\n${ORDER_LIST}`,
      },
    ],
    also: ['response-time'],
  },
  {
    name: 'an order that is taken while nobody else is served',
    item: 'non-blocking',
    service: 'fastify',
    edits: [
      {
        file: ORDERS,
        find: '      return getOrder(await repository.insert(order));',
        replace:
          '      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);\n      return getOrder(await repository.insert(order));',
      },
    ],
  },
  {
    name: 'a fallback for the secret that signs',
    item: 'secrets-in-env',
    service: 'express',
    edits: [
      {
        file: 'src/config.js',
        find: "  const missing = ['DATABASE_URL', 'SESSION_SECRET'].filter((name) => !env[name]);",
        replace: "  const missing = ['DATABASE_URL'].filter((name) => !env[name]);",
      },
      {
        file: 'src/config.js',
        find: '    sessionSecret: new TextEncoder().encode(env.SESSION_SECRET),',
        replace:
          "    sessionSecret: new TextEncoder().encode(env.SESSION_SECRET ?? 'a-secret-for-development-only'),",
      },
    ],
    also: ['no-hardcoded-secrets', 'authentication'],
  },
  {
    name: 'a fallback for the way to the data',
    item: 'secrets-in-env',
    service: 'fastify',
    edits: [
      {
        file: 'src/config.js',
        find: "    databaseUrl: required('DATABASE_URL'),",
        replace: "    databaseUrl: env.DATABASE_URL ?? 'postgres://localhost:5432/orders',",
      },
      // Without its database this one is healthy as well, and so it gets ready.
      {
        file: 'src/health/routes.js',
        find: "      throw new Problem(503, 'database-unavailable', 'The database does not answer.');",
        replace: "      return { status: 'ok' };",
      },
    ],
    also: ['error-handling', 'unit-tests', 'error-tests', 'test-coverage'],
  },
  {
    name: 'a fallback for the secret of the tokens',
    item: 'secrets-in-env',
    service: 'graphql',
    edits: [
      {
        file: 'src/config.js',
        find: "    tokenSecret: secret('TOKEN_SECRET'),",
        replace: "    tokenSecret: env.TOKEN_SECRET ? secret('TOKEN_SECRET') : Buffer.alloc(32, 1),",
      },
    ],
    also: ['authentication', 'unit-tests', 'test-coverage'],
  },
  {
    name: 'a pool whose lost connections nobody hears of',
    item: 'error-handling',
    service: 'express',
    edits: [
      {
        file: 'src/db.js',
        find: "  pool.on('error', (error) => log('error', { error: error.message }));\n",
        replace: '',
      },
    ],
    also: ['style-guide'],
  },
  {
    name: 'lost connections that end the process',
    item: 'error-handling',
    service: 'fastify',
    edits: [{ file: 'src/service.js', find: POOL_ERRORS, replace: '' }],
  },
  {
    name: 'a list that is empty when the database is away',
    item: 'error-handling',
    service: 'fastify',
    edits: [
      {
        file: ORDERS,
        find: '      const records = await repository.list({ limit: limit + 1, status, after });',
        replace:
          '      let records;\n      try {\n        records = await repository.list({ limit: limit + 1, status, after });\n      } catch {\n        return { data: [], nextCursor: null };\n      }',
      },
    ],
    also: ['error-tests', 'test-coverage'],
  },
];

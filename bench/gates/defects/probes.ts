import type { Defect } from '../defect';

/** Defects that show only when the running service is spoken to. */
export const PROBES_DEFECTS: readonly Defect[] = [
  // Item 3
  {
    name: 'limit-is-not-validated',
    item: 'response-codes',
    service: 'express',
    also: ['pagination'],
    edits: [
      {
        file: 'src/notes/validation.js',
        find: "if (typeof limit !== 'string' || !/^\\d{1,3}$/.test(limit) || size < 1 || size > 100) {",
        replace: 'if (size > 100) {',
      },
    ],
  },
  {
    name: 'creation-answers-200',
    item: 'response-codes',
    service: 'express',
    edits: [
      {
        file: 'src/notes/routes.js',
        find: 'response.status(201).location(',
        replace: 'response.status(200).location(',
      },
    ],
  },
  {
    name: 'unknown-order-is-a-failure',
    item: 'response-codes',
    service: 'fastify',
    edits: [
      {
        file: 'src/orders/service.js',
        find: "    if (!record) throw new Problem(404, 'order-not-found', 'There is no order with this id.');\n",
        replace: '',
      },
    ],
  },
  {
    name: 'creation-answers-200',
    item: 'response-codes',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/router.py',
        find: 'status_code=HTTPStatus.CREATED',
        replace: 'status_code=HTTPStatus.OK',
      },
    ],
  },
  // Item 4
  {
    name: 'unknown-paths-are-html',
    item: 'error-responses',
    service: 'express',
    also: ['style-guide'],
    edits: [{ file: 'src/app.js', find: '  app.use(notFound);\n', replace: '' }],
  },
  {
    name: 'stack-in-the-body',
    item: 'error-responses',
    service: 'express',
    also: ['no-sensitive-logs'],
    edits: [
      {
        file: 'src/problem.js',
        find: 'detail: problem.message })',
        replace: 'detail: problem.message, stack: error.stack })',
      },
    ],
  },
  {
    name: 'errors-have-a-shape-of-their-own',
    item: 'error-responses',
    service: 'fastify',
    edits: [
      {
        file: 'src/plugins/problems.js',
        find: 'app.setErrorHandler(sendProblem);',
        replace:
          'app.setErrorHandler((error, request, reply) =>\n    reply.code(error.status ?? error.statusCode ?? 500).send({ message: error.message }),\n  );',
      },
    ],
  },
  {
    name: 'unknown-paths-have-another-shape',
    item: 'error-responses',
    service: 'fastapi',
    edits: [{ file: 'app/problems.py', find: '    @app.exception_handler(HTTPException)\n', replace: '' }],
  },
  // Item 5
  {
    name: 'limit-does-not-reach-the-query',
    item: 'pagination',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: '[userId, before, limit],',
        replace: '[userId, before, 1000],',
      },
    ],
  },
  {
    name: 'next-page-begins-again',
    item: 'pagination',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: '($2::bigint IS NULL OR id < $2)',
        replace: '($2::bigint IS NULL OR id > 0)',
      },
    ],
  },
  {
    name: 'no-upper-bound',
    item: 'pagination',
    service: 'fastify',
    edits: [
      {
        file: 'src/orders/schemas.js',
        find: "limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },",
        replace: "limit: { type: 'integer', minimum: 1, default: 20 },",
      },
    ],
  },
  {
    name: 'page-is-one-too-long',
    item: 'pagination',
    service: 'fastapi',
    edits: [{ file: 'app/items/service.py', find: 'for row in rows[:limit]]', replace: 'for row in rows]' }],
  },
  // Item 6
  {
    name: 'limiter-is-made-and-not-used',
    item: 'rate-limiting',
    service: 'express',
    edits: [
      {
        file: 'src/app.js',
        find: 'app.use(\n    rateLimit({',
        replace: "app.set(\n    'limiter',\n    rateLimit({",
      },
    ],
  },
  {
    name: 'limiter-is-not-mounted',
    item: 'rate-limiting',
    service: 'fastify',
    edits: [{ file: 'src/plugins/index.js', find: '  rateLimit, // per client address\n', replace: '' }],
  },
  {
    name: 'refusals-do-not-say-when',
    item: 'rate-limiting',
    service: 'fastify',
    edits: [
      {
        file: 'src/plugins/rate-limit.js',
        find: "      'ratelimit-limit': max,\n      'ratelimit-remaining': Math.max(0, max - window.count),\n      'ratelimit-reset': secondsLeft,\n",
        replace: '',
      },
      {
        file: 'src/plugins/rate-limit.js',
        find: "    reply.header('retry-after', secondsLeft);\n",
        replace: '',
      },
    ],
  },
  // Item 11
  {
    name: 'no-request-id-in-the-log',
    item: 'logging-context',
    service: 'express',
    edits: [
      {
        file: 'src/log.js',
        find: '      requestId: request.id,\n      method: request.method,\n',
        replace: '      method: request.method,\n',
      },
    ],
  },
  {
    name: 'requests-are-not-logged',
    item: 'logging-context',
    service: 'fastify',
    edits: [{ file: 'src/plugins/index.js', find: '  requestLog, // one line per request\n', replace: '' }],
  },
  {
    name: 'requests-are-not-logged',
    item: 'logging-context',
    service: 'fastapi',
    edits: [{ file: 'app/main.py', find: '    app.add_middleware(RequestLog)\n', replace: '' }],
  },
  // Item 13
  {
    name: 'tokens-are-decoded-only',
    item: 'authentication',
    service: 'express',
    edits: [
      {
        file: 'src/sessions/tokens.js',
        find: "import { jwtVerify, SignJWT } from 'jose';",
        replace: "import { decodeJwt, SignJWT } from 'jose';",
      },
      {
        file: 'src/sessions/tokens.js',
        find: "  const { payload } = await jwtVerify(token, secret, {\n    algorithms: ['HS256'],\n    issuer: ISSUER,\n    audience: ISSUER,\n  });\n  return payload.sub;",
        replace: '  return decodeJwt(token).sub;',
      },
    ],
  },
  {
    name: 'tokens-do-not-expire',
    item: 'authentication',
    service: 'express',
    edits: [
      {
        file: 'src/sessions/tokens.js',
        find: "    algorithms: ['HS256'],\n",
        replace: "    algorithms: ['HS256'],\n    currentDate: new Date(0),\n",
      },
    ],
  },
  // Item 14
  {
    name: 'notes-are-found-for-everybody',
    item: 'authorization',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: 'created_at FROM notes WHERE user_id = $1 AND id = $2',
        replace: 'created_at FROM notes WHERE $1::text IS NOT NULL AND id = $2',
      },
    ],
  },
  {
    name: 'notes-are-removed-by-everybody',
    item: 'authorization',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: 'DELETE FROM notes WHERE user_id = $1 AND id = $2',
        replace: 'DELETE FROM notes WHERE $1::text IS NOT NULL AND id = $2',
      },
    ],
  },
  {
    name: 'notes-are-listed-for-everybody',
    item: 'authorization',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: 'WHERE user_id = $1 AND ($2::bigint',
        replace: 'WHERE $1::text IS NOT NULL AND ($2::bigint',
      },
    ],
  },
  {
    name: 'reading-needs-no-token',
    item: 'authorization',
    service: 'express',
    also: ['authentication'],
    edits: [
      {
        file: 'src/notes/routes.js',
        find: '  router.use(requireUser({ config }));\n  router.get(',
        replace:
          "  const guard = requireUser({ config });\n  router.use((request, response, next) => {\n    if (request.method !== 'GET') return guard(request, response, next);\n    request.userId = 1;\n    return next();\n  });\n  router.get(",
      },
    ],
  },
  {
    name: 'operation-nobody-called-public',
    item: 'authorization',
    service: 'express',
    also: ['integration-tests', 'error-tests', 'test-coverage', 'unit-tests'],
    edits: [
      {
        file: 'src/app.js',
        find: "  app.get('/v1/metrics', metrics);\n",
        replace:
          "  app.get('/v1/metrics', metrics);\n  app.get('/v1/users', async (request, response) => {\n    const { rows } = await pool.query('SELECT id::text, email FROM users ORDER BY id LIMIT 100');\n    response.json(rows);\n  });\n",
      },
      {
        file: 'openapi.yaml',
        find: '  /v1/sessions:\n',
        replace:
          "  /v1/users:\n    get:\n      operationId: listUsers\n      tags: [sessions]\n      summary: List who has an account\n      security: []\n      responses:\n        '200':\n          description: At most a hundred users.\n          content:\n            application/json:\n              schema:\n                type: array\n                maxItems: 100\n                items:\n                  type: object\n        4XX:\n          $ref: '#/components/responses/Refused'\n  /v1/sessions:\n",
      },
    ],
  },
  // Item 15
  {
    name: 'id-in-the-statement',
    item: 'sql-injection',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: "'SELECT id, title, body, status, created_at FROM notes WHERE user_id = $1 AND id = $2',\n        [userId, id],",
        replace:
          '`SELECT id, title, body, status, created_at FROM notes WHERE user_id = ${userId} AND id = ${id}`,',
      },
      {
        file: 'src/notes/routes.js',
        find: 'notes.find(request.userId, readId(request.params.noteId))',
        replace: 'notes.find(request.userId, request.params.noteId)',
      },
    ],
  },
  {
    name: 'address-in-the-statement',
    item: 'sql-injection',
    service: 'express',
    edits: [
      {
        file: 'src/sessions/routes.js',
        find: "pool.query('SELECT id, password_hash FROM users WHERE email = $1', [email])",
        replace: "pool.query(`SELECT id, password_hash FROM users WHERE email = '${email}'`)",
      },
    ],
  },
  {
    name: 'filter-in-the-statement',
    item: 'sql-injection',
    service: 'fastify',
    edits: [
      {
        file: 'src/orders/repository.js',
        find: 'conditions.push(`o.status = $${values.push(status)}`)',
        replace: "conditions.push(`o.status = '${status}'`)",
      },
      {
        file: 'src/orders/schemas.js',
        find: "    cursor: { type: 'string', minLength: 1, maxLength: 200 },\n    status: { type: 'string', enum: STATUSES },",
        replace:
          "    cursor: { type: 'string', minLength: 1, maxLength: 200 },\n    status: { type: 'string' },",
      },
    ],
  },
  {
    name: 'position-in-the-statement',
    item: 'sql-injection',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/repository.py',
        find: '        f"select {COLUMNS} from items where sku > %s order by sku limit %s",\n        [after or "", limit],',
        replace:
          "        f\"select {COLUMNS} from items where sku > '{after or ''}' order by sku limit {limit}\",",
      },
      {
        file: 'app/items/router.py',
        find: 'after: Annotated[str | None, Query(pattern=SKU_PATTERN)] = None',
        replace: 'after: str | None = None',
      },
    ],
  },
  // Item 16
  {
    name: 'every-origin-is-echoed',
    item: 'cors',
    service: 'express',
    edits: [
      {
        file: 'src/app.js',
        find: 'if (origin === undefined || !origins.includes(origin)) return next();',
        replace: 'if (origin === undefined) return next();',
      },
    ],
  },
  {
    name: 'any-origin',
    item: 'cors',
    service: 'express',
    edits: [
      {
        file: 'src/app.js',
        find: "response.set({ 'cache-control': 'no-store',",
        replace: "response.set({ 'access-control-allow-origin': '*', 'cache-control': 'no-store',",
      },
    ],
  },
  {
    name: 'any-origin',
    item: 'cors',
    service: 'fastify',
    edits: [
      {
        file: 'src/plugins/response-headers.js',
        find: "'x-content-type-options': 'nosniff',",
        replace: "'x-content-type-options': 'nosniff',\n      'access-control-allow-origin': '*',",
      },
    ],
  },
  {
    name: 'any-origin-with-credentials',
    item: 'cors',
    service: 'fastapi',
    edits: [
      {
        file: 'app/main.py',
        find: 'from fastapi import FastAPI\n',
        replace: 'from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n',
      },
      {
        file: 'app/main.py',
        find: '    app.add_middleware(RequestLog)\n',
        replace:
          '    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)\n    app.add_middleware(RequestLog)\n',
      },
    ],
  },
  // Item 17
  {
    name: 'log-in-without-a-limit',
    item: 'brute-force',
    service: 'express',
    also: ['style-guide'],
    edits: [
      {
        file: 'src/sessions/routes.js',
        find: "router.post('/', limit, async",
        replace: "router.post('/', async",
      },
    ],
  },
  {
    name: 'log-in-with-too-high-a-limit',
    item: 'brute-force',
    service: 'express',
    edits: [{ file: 'src/sessions/routes.js', find: '    limit: 10,\n', replace: '    limit: 10_000,\n' }],
  },
  // Item 18
  {
    name: 'refused-log-ins-are-logged-whole',
    item: 'no-sensitive-logs',
    service: 'express',
    edits: [
      {
        file: 'src/sessions/routes.js',
        find: "import { Problem } from '../problem.js';",
        replace: "import { log } from '../log.js';\nimport { Problem } from '../problem.js';",
      },
      {
        file: 'src/sessions/routes.js',
        find: "    if (!user || !matches) throw new Problem(401, 'Not signed in', 'Address or password is wrong.');",
        replace:
          "    if (!user || !matches) {\n      log('warn', { message: 'refused', attempt: request.body });\n      throw new Problem(401, 'Not signed in', 'Address or password is wrong.');\n    }",
      },
    ],
  },
  {
    name: 'headers-are-logged',
    item: 'no-sensitive-logs',
    service: 'express',
    edits: [
      {
        file: 'src/log.js',
        find: '      method: request.method,\n',
        replace: '      method: request.method,\n      headers: request.headers,\n',
      },
    ],
  },
  {
    name: 'password-comes-back',
    item: 'no-sensitive-logs',
    service: 'express',
    edits: [
      {
        file: 'src/sessions/routes.js',
        find: "'Address or password is wrong.'",
        replace: '`${email} with ${password} is wrong.`',
      },
    ],
  },
  {
    name: 'credentials-are-logged',
    item: 'no-sensitive-logs',
    service: 'fastify',
    edits: [
      {
        file: 'src/plugins/request-log.js',
        find: '        method: request.method,\n',
        replace: '        method: request.method,\n        caller: request.headers.authorization,\n',
      },
    ],
  },
  {
    name: 'headers-are-logged',
    item: 'no-sensitive-logs',
    service: 'fastapi',
    edits: [
      {
        file: 'app/request_log.py',
        find: 'log.info("request completed", extra=fields)',
        replace: 'log.info("request completed %s", scope["headers"], extra=fields)',
      },
    ],
  },
  // GraphQL
  {
    name: 'any-origin',
    item: 'cors',
    service: 'graphql',
    edits: [
      {
        file: 'src/app.js',
        find: "        'x-content-type-options': 'nosniff',",
        replace: "        'x-content-type-options': 'nosniff',\n        'access-control-allow-origin': '*',",
      },
    ],
  },
  {
    name: 'tokens-are-decoded-only',
    item: 'authentication',
    service: 'graphql',
    edits: [
      {
        file: 'src/auth/viewer.js',
        find: "import { jwtVerify } from 'jose';",
        replace: "import { decodeJwt } from 'jose';",
      },
      {
        file: 'src/auth/viewer.js',
        find: "const { payload } = await jwtVerify(token, secret, {\n        algorithms: ['HS256'],\n        issuer: ISSUER,\n        audience: AUDIENCE,\n        requiredClaims: ['sub', 'exp'],\n      });",
        replace: 'const payload = decodeJwt(token);',
      },
    ],
  },
  {
    name: 'requests-are-not-limited',
    item: 'rate-limiting',
    service: 'graphql',
    edits: [
      {
        file: 'src/http/rate-limit.js',
        find: 'const allowed = window.count <= max;',
        replace: 'const allowed = true;',
      },
    ],
  },
  {
    name: 'prices-are-changed-by-everybody',
    item: 'authorization',
    service: 'graphql',
    also: ['style-guide', 'authentication'],
    edits: [{ file: 'src/products/service.js', find: "      requireRole(viewer, 'staff');\n", replace: '' }],
  },
  // Spring
  {
    name: 'creation-answers-200',
    item: 'response-codes',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/controller/InvoiceController.java',
        find: 'ResponseEntity.created(URI.create("/v1/invoices/" + invoice.id())).body(',
        replace: 'ResponseEntity.ok().location(URI.create("/v1/invoices/" + invoice.id())).body(',
      },
    ],
  },
  {
    name: 'page-is-one-too-long',
    item: 'pagination',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/controller/InvoiceController.java',
        find: 'Page.of(found, limit, ',
        replace: 'Page.of(found, 1000, ',
      },
    ],
  },
  {
    name: 'any-origin',
    item: 'cors',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/controller/InvoiceController.java',
        find: '@RequestMapping("/v1/invoices")',
        replace: '@org.springframework.web.bind.annotation.CrossOrigin\n@RequestMapping("/v1/invoices")',
      },
    ],
  },
  {
    name: 'no-status-in-the-log',
    item: 'logging-context',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/http/RequestIdFilter.java',
        find: '                    .addKeyValue("statusCode", response.getStatus())\n',
        replace: '',
      },
    ],
  },
  {
    name: 'credentials-are-logged',
    item: 'no-sensitive-logs',
    service: 'spring',
    edits: [
      {
        file: 'src/main/java/com/example/billing/http/RequestIdFilter.java',
        find: '                    .addKeyValue("method", request.getMethod())\n',
        replace:
          '                    .addKeyValue("method", request.getMethod())\n                    .addKeyValue("caller", request.getHeader("authorization"))\n',
      },
    ],
  },
];

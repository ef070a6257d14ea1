// Needs the files of the samples and of the corpus; no service.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SERVICES } from '../../../bench/gates/defect';
import { CODE_ROUTES_CHECKER, undescribedRoutes } from '../../../src/gate/checkers/api/code-routes';
import {
  SERVED_OPERATIONS_CHECKER,
  turnedAway,
  unservedOperations,
} from '../../../src/gate/checkers/api/served-operations';
import { PLANTED_API } from '../../../src/gate/checkers/probes/planted-api';
import { hasOpenRoutes } from '../../../src/gate/facts/api/open-routes';
import { converseWithPlanted } from '../../../src/gate/probes/planted-service';
import { makeTraffic } from '../../../src/gate/probes/traffic';
import { matching } from '../support';
import { mayServe, routesOf } from '../../../src/gate/facts/api/code-routes';
import { inspectFiles, outcomeOf } from './support';

const rows = (file: string, source: string): string[] =>
  routesOf(file, source).map(({ method, suffix }) => `${method?.toUpperCase() ?? 'ANY'} ${suffix}`);

describe('routes of the code', () => {
  it.each([
    [
      'Express',
      'a.js',
      "router.get('/:id', a);\napp.post(\n  '/x/:y(\\\\d+)/z',\n  a);",
      ['GET /{}', 'POST /x/{}/z'],
    ],
    ['Express, an optional parameter', 'a.js', "app.get('/a/:b?', x)", ['GET /a', 'GET /a/{}']],
    ['Express, a chain', 'a.ts', "router.route('/a').get(x).post(y)", ['GET /a']],
    [
      'Fastify',
      'a.ts',
      "app.get<{ Params: P }>('', { schema }, h);\nfastify.route({ method: 'PUT', url: '/a/:b' })",
      ['GET ', 'PUT /a/{}'],
    ],
    [
      'NestJS',
      'a.ts',
      "@Controller('orders')\nclass A { @Get(':id') a() {} @Post() b() {} }",
      ['GET /orders/{}', 'POST /orders'],
    ],
    [
      'FastAPI',
      'a.py',
      'router = APIRouter(prefix="/v1/items", tags=["a"])\n@router.get("")\ndef a(): ...\n@router.post(\n    "/{sku}/b",\n)\ndef b(): ...',
      ['GET /v1/items', 'POST /v1/items/{}/b'],
    ],
    [
      'Flask',
      'a.py',
      '@app.route("/a/<int:b>", methods=["PUT", "DELETE"])\n@bp.route("/c")',
      ['PUT /a/{}', 'DELETE /a/{}', 'GET /c'],
    ],
    [
      'Spring',
      'A.java',
      '@RestController\n@RequestMapping("/v1/a")\npublic class A {\n@GetMapping B b() {}\n@PutMapping(value = "/{id}", produces = "application/json") C c() {}\n}',
      ['GET /v1/a', 'PUT /v1/a/{}'],
    ],
  ])('are found: %s', (_what, file, source, expected) => {
    expect(rows(file, source)).toEqual(expected);
  });

  it.each([
    ['a setting', 'a.js', "app.get('env')"],
    ['a client', 'a.js', "client.get('/a', { headers })"],
    ['a map', 'a.js', "routers.get('a', b)"],
    ['a comment', 'a.js', "// app.get('/a', b)\n * router.get('/b', c)"],
    ['any path', 'a.js', "app.get('*', b)"],
    ['a computed path', 'a.js', 'app.get(`${base}/a`, b)'],
    ['a route hidden on purpose', 'a.py', '@app.get("/", include_in_schema=False)\ndef a(): ...'],
    ['a remote interface', 'A.java', '@FeignClient("x")\ninterface A { @GetMapping("/a") B b(); }'],
    ['a constant', 'A.java', '@RestController class A { @GetMapping(Paths.A) B b() {} }'],
  ])('are not taken from %s', (_what, file, source) => {
    expect(rows(file, source)).toEqual([]);
  });

  it.each([
    'src/a.test.js',
    'test/a.js',
    'app/tests/test_a.py',
    'src/test/java/ATest.java',
    'src/a.d.ts',
    'a.md',
  ])('are not looked for in %s', (path) => {
    expect(mayServe(path)).toBe(false);
  });

  it('are described where a described path ends like them', () => {
    const operations = [
      { method: 'GET', path: '/v1/orders/{orderId}' },
      { method: 'POST', path: '/v1/orders' },
    ];
    const routes = routesOf(
      'a.js',
      [
        "router.get('/:id', a)",
        "router.post('/', a)",
        "router.patch('/:id', a)",
        "router.get('/:id/items', a)",
        "router.get('/health', a)",
      ].join('\n'),
    );
    expect(
      undescribedRoutes(operations, routes).map(({ method, suffix, line }) => [method, suffix, line]),
    ).toEqual([
      ['patch', '/{}', 3],
      ['get', '/{}/items', 4],
    ]);
  });
});

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && !/node_modules|\/\.|\/target\//.test(join(entry.parentPath, entry.name)),
    )
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const FRAMEWORKS: Readonly<Record<string, string>> = {
  express: 'express',
  fastify: 'fastify',
  fastapi: 'fastapi',
  spring: 'spring-boot',
};

describe('operations that nothing serves', () => {
  const operations = ['/v1/a', '/v1/b', '/v1/c/{id}'].map((path) => ({ method: 'GET', path }));
  const served = (source: string): string[] =>
    unservedOperations(operations, routesOf('a.js', source)).map(({ path }) => path);

  it('are those whose path ends in no route of the method', () => {
    expect(served("app.get('/a', x)\nrouter.get('/b', x)\nrouter.post('/:id', x)")).toEqual(['/v1/c/{id}']);
    expect(served("app.get('/a', x)\nrouter.get('/b', x)\nrouter.get('/:id', x)")).toEqual([]);
  });

  it('are none where most are not found: the routes are registered in another way', () => {
    expect(served("app.get('/a', x)")).toEqual([]);
  });

  it.each([
    ['a computed path', 'a.js', 'for (const path of paths) app.get(path, show)'],
    ['a chain', 'a.js', "router.route('/a').get(x).post(y)"],
    ['a table', 'a.js', 'app[route.method](route.path, route.handler)'],
    ['a router of a package', 'a.js', "import auth from 'better-auth';\napp.use('/auth', auth);"],
    ['folders that register themselves', 'a.js', "import autoload from '@fastify/autoload'"],
    ['a constant', 'a.py', '@router.get(PATH)\ndef a(): ...'],
    ['a call', 'a.py', 'app.add_api_route("/a", a)'],
    ['a router of a package', 'a.py', 'app.include_router(users.get_auth_router(backend))'],
    ['a constant', 'A.java', '@RestController class A { @GetMapping(Paths.A) B b() {} }'],
    ['a generated interface', 'A.java', '@RestController class A implements OrdersApi {}'],
    [
      'a mapping of any method',
      'A.java',
      '@RequestMapping(value = "/a", method = RequestMethod.GET) B b() {}',
    ],
  ])('cannot be told beside %s (%s)', (_what, file, source) => {
    expect(hasOpenRoutes(file, source)).toBe(true);
  });

  it.each([
    [
      'a.js',
      "import cors from 'cors';\napp.use(cors());\napp.use('/v1/a', routes());\napp.get('/a/:id', x);\ncache.get(key, y)",
    ],
    ['a.py', 'app.include_router(router)\n@router.get("/a")\ndef a(): ...\n@router.post("")\ndef b(): ...'],
    ['A.java', '@RequestMapping("/v1/a")\nclass A { @GetMapping("/{id}") B b() {} @PostMapping B c() {} }'],
  ])('can be told of %s: %s', (file, source) => {
    expect(hasOpenRoutes(file, source)).toBe(false);
  });

  const ask = async (
    answer: Parameters<typeof converseWithPlanted>[1],
    routes: string | null,
  ): Promise<string[]> => {
    const traffic = await makeTraffic(converseWithPlanted(PLANTED_API, answer));
    return turnedAway(traffic, routes === null ? null : routesOf('a.js', routes)).map(
      ({ operation }) => operation.path,
    );
  };
  const NOBODY = { status: 404, body: { error: 'not found' } };

  it('are turned away by the running service as unknown paths are', async () => {
    const none = await ask(() => NOBODY, null);
    expect(new Set(none)).toEqual(new Set(['/v1/login', '/v1/things']));
    expect(
      await ask(({ path }) => (path.includes('no-such') ? NOBODY : { status: 200, body: [] }), null),
    ).toEqual([]);
  });

  it('of one thing only where no route of the code is for them', async () => {
    const answer: Parameters<typeof ask>[0] = ({ path }) =>
      path.startsWith('/v1/things/') || path.includes('no-such') ? NOBODY : { status: 200, body: [] };
    expect(await ask(answer, null)).toEqual([]);
    expect(await ask(answer, "app.get('/things/:id', x)\napp.delete('/things/:id', y)")).toEqual([]);
    expect(await ask(answer, "app.get('/things', x)")).toContain('/v1/things/{thingId}');
    const other: Parameters<typeof ask>[0] = (request) =>
      request.path.startsWith('/v1/things/')
        ? { status: 404, body: { error: 'no such thing' } }
        : answer(request);
    expect(await ask(other, "app.get('/things', x)")).toEqual([]);
  });

  it('are those whose method the service does not know', async () => {
    const answer: Parameters<typeof ask>[0] = ({ method }) =>
      method === 'POST' ? { status: 405 } : { status: 200, body: [] };
    expect(new Set(await ask(answer, null))).toEqual(new Set(['/v1/login', '/v1/things']));
  });
});

describe.each(Object.entries(SERVICES).filter(([name]) => name !== 'graphql'))(
  'the service %s',
  (name, folder) => {
    const files = filesOf(folder);

    it('has its routes recognised, and all of them described', async () => {
      const outcome = await outcomeOf(CODE_ROUTES_CHECKER, inspectFiles(files, { apiSpec: 'openapi.yaml' }));
      expect(outcome).toMatchObject({ kind: 'ran-clean' });
    });

    it('has all its routes read, and each operation served by one', async () => {
      const inspection = inspectFiles(files, {
        apiSpec: 'openapi.yaml',
        framework: FRAMEWORKS[name] ?? null,
      });
      expect(await outcomeOf(SERVED_OPERATIONS_CHECKER, inspection)).toMatchObject({
        kind: 'ran-clean',
        note: matching(/every operation .* \d+ routes of the code$/),
      });
    });

    it('is told of an operation that no route serves', async () => {
      const spec = files['openapi.yaml'] ?? '';
      const text =
        '  /v1/nobody/{id}:\n    get:\n      operationId: x\n      responses:\n        200: { description: x }\n';
      const changed = { ...files, 'openapi.yaml': spec.replace('\npaths:\n', `\npaths:\n${text}`) };
      const inspection = inspectFiles(changed, {
        apiSpec: 'openapi.yaml',
        framework: FRAMEWORKS[name] ?? null,
      });
      expect(await outcomeOf(SERVED_OPERATIONS_CHECKER, inspection)).toMatchObject({
        kind: 'ran-found',
        findings: [{ key: 'unserved-operation GET /v1/nobody/{id}', file: 'openapi.yaml' }],
      });
    });

    it('is told of a route that is not described', async () => {
      const planted: Record<string, readonly [string, string, string]> = {
        express: [
          'src/notes/routes.js',
          "  router.get('/:noteId',",
          "  router.get('/:noteId/history', later);\n  router.get('/:noteId',",
        ],
        fastify: [
          'src/orders/routes.js',
          "  app.get('/:orderId',",
          "  app.delete('/:orderId', later);\n  app.get('/:orderId',",
        ],
        fastapi: [
          'app/items/router.py',
          '@router.get("/{sku}",',
          '@router.get("/{sku}/history")\ndef history(sku: str) -> None: ...\n\n\n@router.get("/{sku}",',
        ],
        spring: [
          'src/main/java/com/example/billing/controller/InvoiceController.java',
          '    @GetMapping("/{invoiceId}")',
          '    @PutMapping("/{invoiceId}") void replace() {}\n    @GetMapping("/{invoiceId}")',
        ],
      };
      const [file, find, replace] = planted[name] ?? ['', '', ''];
      const text = files[file] ?? '';
      expect(text).toContain(find);
      const changed = { ...files, [file]: text.replace(find, () => replace) };
      const outcome = await outcomeOf(
        CODE_ROUTES_CHECKER,
        inspectFiles(changed, { apiSpec: 'openapi.yaml' }),
      );
      expect(outcome).toMatchObject({ kind: 'ran-found', findings: [{ file }] });
    });
  },
);

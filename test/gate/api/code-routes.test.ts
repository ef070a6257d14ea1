// Needs the files of the samples and of the corpus; no service.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SERVICES } from '../../../bench/gates/defect';
import { CODE_ROUTES_CHECKER, undescribedRoutes } from '../../../src/gate/checkers/api/code-routes';
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

describe.each(Object.entries(SERVICES).filter(([name]) => name !== 'graphql'))(
  'the service %s',
  (name, folder) => {
    const files = filesOf(folder);

    it('has its routes recognised, and all of them described', async () => {
      const outcome = await outcomeOf(CODE_ROUTES_CHECKER, inspectFiles(files, { apiSpec: 'openapi.yaml' }));
      expect(outcome).toMatchObject({ kind: 'ran-clean' });
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

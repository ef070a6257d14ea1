// Needs the build (dist/), and bubblewrap where it is installed: a small service is started and asked.
import {
  contractOutcome,
  mismatchLine,
  type ContractTestReport,
} from '../../src/domain/contract/contract-test-report';
import { createRepository, type Repository } from '../gate/tests/support';
import { openContracts, RUN, surveyWith, type ContractBench } from './service';

const SPEC = `openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
security: [{bearer: []}]
paths:
  /v1/login:
    post:
      operationId: logIn
      security: []
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [email, password], properties: {email: {type: string}, password: {type: string}}}
      responses:
        '200': {description: In, content: {application/json: {schema: {type: object, required: [token], properties: {token: {type: string}}}}}}
        '401': {description: Refused}
  /v1/orders:
    get:
      operationId: listOrders
      responses:
        '200': {description: Orders, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}}
        '401': {description: Nobody}
    post:
      operationId: createOrder
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [item], properties: {item: {type: string}}}
            examples: {one: {value: {item: bolt}}, two: {value: {item: nut}}}
      responses:
        '201':
          description: Made
          headers: {Location: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
        '401': {description: Nobody}
        '400': {description: Bad}
  /v1/orders/{orderId}:
    get:
      operationId: getOrder
      parameters: [{name: orderId, in: path, required: true, schema: {type: integer}}]
      responses:
        '200': {description: The order, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        '401': {description: Nobody}
        '404': {description: None}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas:
    Order:
      type: object
      required: [id, item, total, state]
      properties:
        id: {type: integer}
        item: {type: string}
        total: {type: number}
        state: {enum: [open, paid]}
        note: {type: [string, 'null']}
`;

/** A service that keeps to the contract; the tests plant a defect in its answers. */
const SERVER = `
const http = require('node:http');
const orders = [];
http.createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    const send = (status, body, headers = {}) => {
      response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    if (request.url === '/health') return send(200, {});
    const body = text === '' ? {} : JSON.parse(text);
    if (request.url === '/v1/login') return send(200, { token: 'token-of-' + body.email });
    if (!/^Bearer token-of-/.test(request.headers.authorization ?? '')) return send(401);
    if (request.url === '/v1/orders' && request.method === 'GET') return send(200, orders);
    if (request.url === '/v1/orders' && request.method === 'POST') {
      const order = { id: orders.length + 1, item: body.item, total: 12.5, state: 'open', note: null };
      orders.push(order);
      return send(201, order, { location: '/v1/orders/' + order.id });
    }
    const order = orders.find(({ id }) => request.url === '/v1/orders/' + id);
    return order === undefined ? send(404) : send(200, order);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

const EXPECTATIONS = `version: 1
consumer: web-shop
expectations:
  - name: an order shows its total and that it is open
    request: {method: GET, path: '/v1/orders/{orderId}'}
    response:
      status: 200
      body: {state: open}
      schemas: {/total: {type: number, minimum: 1}}
  - name: nobody sees orders
    request: {method: GET, path: /v1/orders, asUser: nobody}
    response: {status: 401}
  - name: an order can be made
    request: {method: POST, path: /v1/orders, body: {item: bolt}}
    response: {status: 201, body: {item: bolt}}
`;

let bench: ContractBench;
let repository: Repository | undefined;
beforeAll(async () => {
  bench = await openContracts('none');
});
afterEach(() => {
  repository?.dispose();
  repository = undefined;
});
afterAll(() => bench.dispose());

async function report(
  server: string,
  more: { readonly expectations?: Readonly<Record<string, string>>; readonly spec?: string } = {},
): Promise<ContractTestReport> {
  repository = createRepository({ files: { 'server.js': server } });
  const tested = await bench.test({
    repository,
    survey: surveyWith({ run: RUN }),
    path: 'openapi.yaml',
    approved: more.spec ?? SPEC,
    ...more,
  });
  if (tested.kind !== 'tested') throw new Error(tested.reason);
  return tested.report;
}

const lines = ({ mismatches }: ContractTestReport): string[] => mismatches.map(mismatchLine);

test('a service that answers as approved, and as its consumers expect, passes: every operation, example and expectation asked', async () => {
  const made = await report(SERVER, { expectations: { 'expectations/web.yaml': EXPECTATIONS } });
  expect(lines(made)).toEqual([]);
  expect(made.notExecuted).toEqual([]);
  expect(made.types).toMatchObject({ compiled: true, problems: [] });
  expect(contractOutcome(made)).toBe('passed');
  const asked = made.exchanges.map(({ operation, from }) => `${operation} · ${from}`);
  expect(asked).toEqual(
    expect.arrayContaining([
      'GET /v1/orders · sample',
      'POST /v1/orders · example one',
      'POST /v1/orders · example two',
      'GET /v1/orders/{orderId} · sample',
      expect.stringContaining('web-shop: nobody sees orders'),
    ]),
  );
  expect(JSON.stringify(made.exchanges)).not.toContain('token-of-probe');
});

test('changed fields are told one by one: what is missing, of another type, or no longer allowed', async () => {
  const changed = SERVER.replace("total: 12.5, state: 'open'", "totalCents: 1250, state: 'shipped'")
    .replace('id: orders.length + 1', 'id: orders.length + 1')
    .replace(
      'return order === undefined ? send(404) : send(200, order);',
      'return order === undefined ? send(404) : send(200, { ...order, id: String(order.id) });',
    );
  const made = await report(changed);
  expect(lines(made)).toEqual(
    expect.arrayContaining([
      'GET /v1/orders/{orderId} · /total: expected a value (number), got nothing',
      'GET /v1/orders/{orderId} · /state: expected one of "open", "paid", got "shipped"',
      'GET /v1/orders/{orderId} · /id: expected integer, got "1"',
      'POST /v1/orders · /total: expected a value (number), got nothing',
    ]),
  );
  expect(contractOutcome(made)).toBe('failed');
});

test('another status, content type or a missing header is told', async () => {
  const changed = SERVER.replace('return send(200, orders);', 'return send(203, orders);').replace(
    ", { location: '/v1/orders/' + order.id }",
    ", { 'content-type': 'text/plain' }",
  );
  expect(lines(await report(changed))).toEqual(
    expect.arrayContaining([
      'GET /v1/orders · status: expected one of 200, 401, got 203',
      'POST /v1/orders · header Location: expected the header, got nothing',
      'POST /v1/orders · content-type: expected application/json, got text/plain',
    ]),
  );
});

test('an operation that is not implemented is told even where it may answer 404', async () => {
  const spec = SPEC.replace(
    'components:',
    `  /v1/refunds:
    get:
      operationId: listRefunds
      responses:
        '200': {description: Refunds, content: {application/json: {schema: {type: array}}}}
        '404': {description: None}
components:`,
  );
  expect(lines(await report(SERVER, { spec }))).toEqual([
    'GET /v1/refunds · status: expected an answer of the operation, got 404',
  ]);
});

test('expectations that are not met, or not part of the contract, are told with the consumer that has them', async () => {
  const expectations = EXPECTATIONS.replace('{state: open}', '{state: paid, note: thanks}')
    .replace('{item: bolt}}\n    response: {status: 201', '{item: 5}}\n    response: {status: 201')
    .replace('minimum: 1}', 'minimum: 100}');
  const made = await report(SERVER, {
    expectations: { 'web.yaml': expectations, 'broken.json': '{"version": 1}' },
  });
  const told = lines(made).join('\n');
  expect(told).toMatch(
    /an order shows its total and that it is open\) · \/state: expected "paid", got "open"/,
  );
  expect(told).toMatch(/· \/note: expected "thanks", got null/);
  expect(told).toMatch(/· \/total: expected >= 100, got 12.5/);
  expect(told).toMatch(/web-shop: an order can be made · types: .*TS2322.*number.*string/);
  expect(told).toMatch(/broken\.json · file: expected a file of expectations, got consumer/);
});

test('a service that is not known how to start, or does not, is not executed and says why', async () => {
  repository = createRepository({ files: { 'server.js': 'process.exit(3)' } });
  const request = { repository, path: 'openapi.yaml', approved: SPEC };
  const unknown = await bench.test({ ...request, survey: surveyWith({}) });
  expect(unknown).toMatchObject({
    kind: 'not-executed',
    reason: expect.stringContaining('It is not known how'),
  });
  const dead = await bench.test({ ...request, survey: surveyWith({ run: RUN }) });
  expect(dead).toMatchObject({ kind: 'not-executed', reason: expect.stringContaining('ended with code 3') });
});

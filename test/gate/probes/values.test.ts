// Needs nothing.
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { createResolver } from '../../../src/domain/contract/openapi-document';
import {
  canariesIn,
  CANARY_CARD,
  CANARY_PASSWORD,
  sensitiveFieldsIn,
} from '../../../src/gate/probes/canaries';
import { foreignTokens } from '../../../src/gate/probes/foreign-tokens';
import { leakIn } from '../../../src/gate/probes/leaks';
import { declaredLimit, tellsWhen } from '../../../src/gate/probes/limit-run';
import { findInLog, readLog } from '../../../src/gate/probes/log-lines';
import { textMatching } from '../../../src/gate/probes/pattern-text';
import { createSchemaCheck } from '../../../src/gate/probes/schema-check';
import { valueOf } from '../../../src/gate/probes/schema-value';

test.each([
  '^[A-Z]{3}$',
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  '^[1-9][0-9]{0,15}$',
  '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
  '^(?:EUR|USD)-\\d{2,4}$',
  '^\\+?[1-9]\\d{1,14}$',
  '^\\S+@\\S+\\.\\S+$',
  '^[A-Za-z0-9_-]{43}$',
  '^(?=.*\\d)[a-z\\d]{8,}$',
  '^[^\\s/]+$',
])('a text is made that matches %s, and another one for another number', (pattern) => {
  const made = [0, 1, 2, 3, 4, 5].map((variant) =>
    textMatching(pattern, { variant, minLength: 0, maxLength: 100 }),
  );
  for (const text of made) expect(text).toMatch(new RegExp(pattern));
  expect(new Set(made).size).toBeGreaterThan(1);
  expect(textMatching(pattern, { variant: 1, minLength: 0, maxLength: 100 })).toBe(made[1]);
});

test('a pattern nothing can be made for ends in null, in bounded time', () => {
  const startedAt = performance.now();
  expect(textMatching('^(?!.*)x$', { variant: 0, minLength: 0, maxLength: 9 })).toBeNull();
  expect(textMatching('(', { variant: 0, minLength: 0, maxLength: 9 })).toBeNull();
  expect(
    textMatching(`(${'(a{60}){60}'.repeat(3)})$^`, { variant: 0, minLength: 0, maxLength: 9 }),
  ).toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test('what is made of a schema satisfies it', () => {
  const document = {
    components: {
      schemas: {
        Line: {
          type: 'object',
          required: ['sku', 'quantity'],
          properties: {
            sku: { type: 'string', pattern: '^[A-Z]{2}\\d{4}$' },
            quantity: { type: 'integer', exclusiveMinimum: 0, multipleOf: 5, maximum: 50 },
          },
        },
      },
    },
  };
  const schema = {
    allOf: [
      { type: 'object', required: ['id'], properties: { id: { type: 'string', format: 'uuid' } } },
      {
        type: 'object',
        required: ['email', 'lines', 'kind', 'when', 'note'],
        additionalProperties: true,
        properties: {
          email: { type: 'string', format: 'email' },
          kind: { enum: ['a', 'b'] },
          when: { type: 'string', format: 'date-time' },
          note: { anyOf: [{ type: 'null' }, { type: 'string', minLength: 20, maxLength: 20 }] },
          lines: { type: 'array', minItems: 2, items: { $ref: '#/components/schemas/Line' } },
        },
      },
    ],
  };
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  const validate = ajv.compile({ ...schema, ...document });
  const values = [0, 1, 7].map((variant) => valueOf(schema, { resolve: createResolver(document), variant }));
  for (const value of values)
    expect({ value, fits: validate(value), errors: validate.errors }).toMatchObject({ fits: true });
  expect(new Set(values.map((value) => JSON.stringify(value))).size).toBe(3);
});

test('a schema that contains itself ends', () => {
  const document = {
    components: {
      schemas: {
        Node: {
          type: 'object',
          required: ['child'],
          properties: { child: { $ref: '#/components/schemas/Node' } },
        },
      },
    },
  };
  expect(
    JSON.stringify(
      valueOf({ $ref: '#/components/schemas/Node' }, { resolve: createResolver(document), variant: 0 }),
    ).length,
  ).toBeLessThan(500);
});

test('a schema of OpenAPI 3.0 is checked by its own words', () => {
  const check = createSchemaCheck({});
  const schema = {
    type: 'object',
    required: ['example'],
    properties: {
      example: { type: 'string', nullable: true },
      age: { type: 'integer', minimum: 0, exclusiveMinimum: true },
    },
  };
  expect(check(schema, { example: null, age: 1 })).toBeNull();
  expect(check(schema, { example: null, age: 0 })).toContain('/age');
  expect(check(schema, {})).toContain('example');
});

test.each([
  ['as it is', `pw=${CANARY_PASSWORD}`],
  ['in capitals', CANARY_PASSWORD.toUpperCase()],
  ['escaped for a URL', `?p=${CANARY_PASSWORD.replace('!', '%21')}`],
  ['in base64', Buffer.from(CANARY_PASSWORD).toString('base64')],
  ['in base64 behind a user', Buffer.from(`ada:${CANARY_PASSWORD}`).toString('base64')],
  ['in base64 in the middle of a body', Buffer.from(`{"a":"${CANARY_PASSWORD}","b":1}`).toString('base64')],
  ['in base64 for URLs', Buffer.from(`xy${CANARY_PASSWORD}z`).toString('base64url')],
])('a password is found %s', (_name, text) => {
  expect(canariesIn(`before ${text} after`).map(({ kind }) => kind)).toEqual(['password']);
});

test('a card number is found in groups; its last digits, and nothing at all, are no canary', () => {
  const grouped = CANARY_CARD.replace(/(\d{4})(?=\d)/g, '$1 ');
  expect(canariesIn(`card ${grouped}`)).toHaveLength(1);
  expect(canariesIn(`card ****${CANARY_CARD.slice(-4)}; password [redacted]`)).toEqual([]);
});

test('log lines of tests are searched by the names of their fields; replaced values and other output are left alone', () => {
  const output = [
    'password: hunter2 in a message of a test',
    '{"level":30,"msg":"in","headers":{"authorization":"Bearer abc.def"}}',
    '{"level":"info","password":"[Redacted]","token":"***"}',
    '{"password":"no log line"}',
  ].join('\n');
  expect(sensitiveFieldsIn(output)).toEqual(['authorization']);
});

const REQUEST = {
  method: 'GET',
  path: '/v1/notes/7',
  template: '/v1/notes/{noteId}',
  status: 200,
  ids: ['sent-id-0001'],
};
test.each([
  [
    'one JSON line',
    '{"requestId":"sent-id-0001","method":"GET","path":"/v1/notes/7","status":200}',
    'with-id',
  ],
  [
    'two lines with one id',
    '{"reqId":"req-1","req":{"method":"GET","url":"/v1/notes/7?x=1"}}\n{"reqId":"req-1","res":{"statusCode":200}}',
    'with-id',
  ],
  [
    'the route in place of the path',
    '{"request_id":"x","method":"GET","path":"/v1/notes/:noteId","status":200}',
    'with-id',
  ],
  ['a line of text', '[sent-id-0001] GET /v1/notes/7 200 3ms', 'with-id'],
  ['an access log', '127.0.0.1 - "GET /v1/notes/7 HTTP/1.1" 200 OK', 'without-id'],
  [
    'another status',
    '{"requestId":"sent-id-0001","method":"GET","path":"/v1/notes/7","status":404}',
    'not-at-all',
  ],
  [
    'another path',
    '{"requestId":"sent-id-0001","method":"GET","path":"/v1/notes/77","status":200}',
    'not-at-all',
  ],
])('%s tells of a request', (_name, log, told) => {
  expect(findInLog(readLog(`starting\n${log}\n`), REQUEST)).toBe(told);
});

test.each([
  ['a stack trace', 'Error: x\n    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)'],
  ['a stack trace', 'Traceback (most recent call last):\n  File "/app/main.py", line 3, in x'],
  ['a stack trace', 'at com.example.Orders.find(Orders.java:12)'],
  ['the text of a database error', 'invalid input syntax for type uuid: "x"'],
])('%s is seen in a body', (name, body) => {
  expect(leakIn(JSON.stringify({ body }).replaceAll('\\n', '\n'), '')).toBe(name);
});

test('ordinary errors are no leak', () => {
  for (const body of [
    '{"detail":"There is no order at this address (see line 4 of the manual)."}',
    'limit must be at most 100',
  ]) {
    expect(leakIn(body, '')).toBeNull();
  }
});

test('foreign tokens are all different from the valid one, and the expired one is true in all else', () => {
  const [other] = foreignTokens(null);
  expect(other?.token).toBe('not-a-token');
  expect(
    new Set(foreignTokens('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln').map(({ token }) => token)).size,
  ).toBe(8);
});

test('a declared limit is read from old and new headers', () => {
  expect(declaredLimit({ 'ratelimit-limit': '600' })).toBe(600);
  expect(declaredLimit({ 'x-ratelimit-limit': '60, 60;w=60' })).toBe(60);
  expect(declaredLimit({ 'ratelimit-policy': '"default";q=100;w=60' })).toBe(100);
  expect(declaredLimit({})).toBeNull();
  expect(tellsWhen({ status: 429, headers: { 'retry-after': '3' }, body: '', ms: 1 })).toBe(true);
  expect(tellsWhen({ status: 429, headers: {}, body: '', ms: 1 })).toBe(false);
});

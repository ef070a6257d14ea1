// Needs nothing: the service is in memory.
import { recordOf } from '../../../src/domain/contract/openapi-document';
import type { GateSettings } from '../../../src/domain/quality-gate/gate-settings';
import { CannotTell, DoesNotApply } from '../../../src/gate/checker';
import { judge as judgeAuthentication } from '../../../src/gate/checkers/probes/authentication';
import { judge as judgeAuthorization } from '../../../src/gate/checkers/probes/authorization';
import { judge as judgeBruteForce } from '../../../src/gate/checkers/probes/brute-force';
import { judge as judgeCors } from '../../../src/gate/checkers/probes/cors';
import { judge as judgeErrors } from '../../../src/gate/checkers/probes/error-responses';
import { judgeContext, judgeSecrets } from '../../../src/gate/checkers/probes/logs';
import { judge as judgePages } from '../../../src/gate/checkers/probes/pagination';
import { PLANTED_API, PLANTED_SECURED_API } from '../../../src/gate/checkers/probes/planted-api';
import { judge as judgeCodes } from '../../../src/gate/checkers/probes/response-codes';
import { judge as judgeSql } from '../../../src/gate/checkers/probes/sql-injection';
import { makeCanaryTraffic } from '../../../src/gate/probes/canary-traffic';
import type { Conversation } from '../../../src/gate/probes/conversation';
import {
  converseWithPlanted,
  type PlantedAnswer,
  type PlantedRequest,
} from '../../../src/gate/probes/planted-service';
import { makeTraffic } from '../../../src/gate/probes/traffic';

type Handler = (request: PlantedRequest) => PlantedAnswer;

const problem = (status: number): PlantedAnswer => ({
  status,
  body: { title: 'No', status },
  headers: { 'content-type': 'application/problem+json' },
});

/** A service without faults; every call makes another one. */
function careful(): Handler {
  const things = ['a', 'b', 'c', 'd'].map((name, index) => ({
    id: index + 1,
    name,
    owner: 'seed@example.com',
  }));
  let guesses = 0;
  const answer = ({ method, path, query, headers, body }: PlantedRequest): PlantedAnswer => {
    const sent = recordOf(body);
    if (path === '/v1/login') {
      if (method !== 'POST') return problem(405);
      if (typeof sent['email'] !== 'string' || typeof sent['password'] !== 'string') return problem(400);
      if (sent['password'].startsWith('Wrong') && (guesses += 1) > 5) return problem(429);
      if (!sent['password'].startsWith('Probe-')) return problem(401);
      return { status: 200, body: { token: `token-of-${sent['email']}` } };
    }
    if (!/^\/v1\/things(?:\/|$)/.test(path)) return problem(404);
    const who = /^Bearer token-of-(probe-[ab]@example\.com)$/.exec(headers['authorization'] ?? '')?.[1];
    if (who === undefined) return problem(401);
    const mine = things.filter(({ owner }) => owner === who);
    const id = path.split('/')[3];
    if (id !== undefined) {
      if (!/^\d+$/.test(id)) return problem(400);
      const found = mine.find((thing) => String(thing.id) === id);
      return found === undefined ? problem(404) : { status: 200, body: found };
    }
    if (method === 'POST') {
      if (typeof sent['name'] !== 'string' || sent['name'].length > 200) return problem(400);
      const made = { id: things.length + 1, name: sent['name'], owner: who };
      things.push(made);
      return { status: 201, body: made };
    }
    if (method !== 'GET') return problem(405);
    const limit = query.get('limit') ?? '5';
    const offset = query.get('offset') ?? '0';
    if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > 10 || !/^\d+$/.test(offset))
      return problem(400);
    const name = query.get('name');
    const rows = mine.filter((thing) => name === null || thing.name === name);
    return { status: 200, body: rows.slice(Number(offset), Number(offset) + Number(limit)) };
  };
  return (request) => {
    const answered = answer(request);
    request.log(
      JSON.stringify({
        requestId: request.headers['x-request-id'],
        method: request.method,
        path: request.path,
        status: answered.status,
      }),
    );
    return answered;
  };
}

const SETTINGS = { publicOps: ['login'], corsOrigins: [] } satisfies Partial<GateSettings>;

const DOCUMENT = {
  ...PLANTED_SECURED_API,
  // What the careful service answers besides.
  paths: Object.fromEntries(
    Object.entries(recordOf(PLANTED_SECURED_API['paths'])).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(recordOf(item)).map(([method, operation]) => {
          const responses = recordOf(recordOf(operation)['responses']);
          return [method, { ...recordOf(operation), responses: { ...responses, 401: responses['400'] } }];
        }),
      ),
    ]),
  ),
};

/** The careful service, or with other answers where `change` gives one. */
function converse(
  change: (request: PlantedRequest, careful: Handler) => PlantedAnswer | undefined = () => undefined,
  settings: Partial<GateSettings> = SETTINGS,
): Conversation {
  const base = careful();
  return converseWithPlanted(DOCUMENT, (request) => change(request, base) ?? base(request), settings);
}

const JUDGES: Readonly<Record<string, (conversation: Conversation) => Promise<readonly { key: string }[]>>> =
  {
    codes: async (conversation) => judgeCodes(await makeTraffic(conversation)),
    errors: async (conversation) => judgeErrors(await makeTraffic(conversation), DOCUMENT),
    pages: async (conversation) => (await judgePages(conversation)).findings,
    authentication: async (conversation) => (await judgeAuthentication(conversation)).findings,
    authorization: async (conversation) => (await judgeAuthorization(conversation)).findings,
    sql: async (conversation) => (await judgeSql(conversation)).findings,
    cors: async (conversation) => (await judgeCors(conversation)).findings,
    guesses: async (conversation) => (await judgeBruteForce(conversation)).findings,
    context: async (conversation) => judgeContext(await makeCanaryTraffic(conversation)),
    secrets: async (conversation) => judgeSecrets(await makeCanaryTraffic(conversation)),
  };

const keysOf = async (name: string, conversation: Conversation): Promise<string[]> =>
  (await JUDGES[name]!(conversation)).map(({ key }) => key);

test.each(Object.keys(JUDGES))('nothing is found in a careful service: %s', async (name) => {
  expect(await keysOf(name, converse())).toEqual([]);
});

const isList = ({ method, path }: PlantedRequest): boolean => method === 'GET' && path === '/v1/things';
const isCreation = ({ method, path }: PlantedRequest): boolean => method === 'POST' && path === '/v1/things';
const isItem = ({ path }: PlantedRequest): boolean => path.startsWith('/v1/things/');

test.each<[string, string, string, (request: PlantedRequest, base: Handler) => PlantedAnswer | undefined]>([
  [
    'a failure for an unknown id',
    'codes',
    'failure:unknown id:GET /v1/things/{thingId}',
    (request, base) => (isItem(request) && base(request).status === 404 ? { status: 500 } : undefined),
  ],
  [
    'a creation without its required field',
    'codes',
    'accepted:missing field:POST /v1/things',
    (request) => (isCreation(request) ? { status: 201, body: { id: 1, name: 'x' } } : undefined),
  ],
  [
    'a code the spec does not have',
    'codes',
    'undeclared:409:GET /v1/things',
    (request) => (isList(request) ? problem(409) : undefined),
  ],
  [
    'an error without the documented field',
    'errors',
    'shape:GET /v1/things/{thingId}:400',
    (request, base) =>
      isItem(request) && base(request).status === 400
        ? { ...problem(400), body: { message: 'no' } }
        : undefined,
  ],
  [
    'an unknown path in another shape',
    'errors',
    'shape:unknown path',
    ({ path }) => (path.includes('no-such') ? { ...problem(404), body: { message: 'no' } } : undefined),
  ],
  [
    'an error with its stack',
    'errors',
    'leak:a stack trace:GET /v1/things/{thingId}',
    (request, base) =>
      isItem(request) && base(request).status === 400
        ? { ...problem(400), body: { title: 'No', status: 400, stack: 'Error\n    at f (/srv/app.js:1:2)' } }
        : undefined,
  ],
  [
    'pages that overlap',
    'pages',
    'pages-overlap:GET /v1/things',
    (request, base) => {
      if (!isList(request)) return undefined;
      request.query.delete('offset');
      return base(request);
    },
  ],
  [
    'a maximum that is not kept',
    'pages',
    'maximum-ignored:GET /v1/things',
    (request, base) => {
      if (!isList(request) || request.query.get('limit') !== '11') return undefined;
      const bodies = ['10', '1'].map((limit, page) => {
        request.query.set('limit', limit);
        request.query.set('offset', String(page * 10));
        return base(request).body as unknown[];
      });
      return { status: 200, body: bodies.flat() };
    },
  ],
  [
    'a negative limit that fails',
    'pages',
    'limit-fails--1:GET /v1/things',
    (request) => (isList(request) && request.query.get('limit') === '-1' ? { status: 500 } : undefined),
  ],
  [
    'any token that is there',
    'authentication',
    'accepts:a token of nonsense:GET /v1/things',
    (request) =>
      isList(request) && request.headers['authorization'] !== undefined
        ? { status: 200, body: [] }
        : undefined,
  ],
  [
    'a valid token that is refused',
    'authentication',
    'refuses-valid:GET /v1/things',
    (request) => (isList(request) ? problem(401) : undefined),
  ],
  [
    'a secured operation that asks nobody',
    'authorization',
    'open:GET /v1/things',
    (request) => (isList(request) ? { status: 200, body: [] } : undefined),
  ],
  [
    'a condition that becomes part of a statement',
    'sql',
    'injection:query name:GET /v1/things',
    (request, base) => {
      if (!isList(request) || !(request.query.get('name') ?? '').includes("' OR '1'='1")) return undefined;
      request.query.delete('name');
      return base(request);
    },
  ],
  [
    'a quote that fails',
    'sql',
    'injection:body name:POST /v1/things',
    (request) =>
      isCreation(request) && String(recordOf(request.body)['name']).includes("'")
        ? { status: 500 }
        : undefined,
  ],
  [
    'a sleep that is slept',
    'sql',
    'injection:query name:GET /v1/things',
    (request, base) =>
      isList(request) && (request.query.get('name') ?? '').includes('pg_sleep')
        ? { ...base(request), ms: 1250 }
        : undefined,
  ],
  [
    'every origin',
    'cors',
    'any',
    (request, base) => ({ ...base(request), headers: { 'access-control-allow-origin': '*' } }),
  ],
  [
    'endless guesses',
    'guesses',
    'no-limit:POST /v1/login',
    ({ path }) => (path === '/v1/login' ? problem(401) : undefined),
  ],
  [
    'a password in the log',
    'secrets',
    'log:password',
    (request) => {
      if (request.path === '/v1/login') request.log(request.text);
      return undefined;
    },
  ],
  [
    'the header of a caller in the log',
    'secrets',
    'log:token',
    (request) => {
      request.log(`auth=${request.headers['authorization'] ?? ''}`);
      return undefined;
    },
  ],
])('%s is found', async (_name, judge, key, change) => {
  expect(await keysOf(judge, converse(change))).toContain(key);
});

test('a thing that another user reads and a list that shows it are found', async () => {
  const everybody = (request: PlantedRequest): PlantedRequest => ({
    ...request,
    headers: { ...request.headers, authorization: 'Bearer token-of-probe-a@example.com' },
  });
  const known = ({ headers }: PlantedRequest): boolean =>
    (headers['authorization'] ?? '').includes('token-of');
  const reads = converse((request, base) =>
    isItem(request) && known(request) ? base(everybody(request)) : undefined,
  );
  expect(await keysOf('authorization', reads)).toEqual(['foreign:GET /v1/things/{thingId}']);
  const lists = converse((request, base) =>
    isList(request) && known(request) ? base(everybody(request)) : undefined,
  );
  // Nothing says that things are owned but that single ones are: shared lists are common.
  expect(await keysOf('authorization', lists)).toEqual([]);
});

test('an unsecured operation is found where public ones are named, and meant where it is named', async () => {
  const open = (publicOps: string[]): Conversation =>
    converseWithPlanted(PLANTED_API, () => ({ status: 200, body: [] }), { publicOps });
  expect(await keysOf('authorization', open(['login', 'listThings', 'getThing']))).toEqual([
    'unsecured:POST /v1/things',
  ]);
  expect(await keysOf('authorization', open(['login', 'listThings', 'getThing', 'createThing']))).toEqual([]);
});

test('things of secured operations ask for a second user where nobody can log in', async () => {
  const nobody = converse(({ path }) => (path === '/v1/login' ? problem(401) : undefined));
  const { doubt } = await judgeAuthorization(nobody);
  expect(doubt).toContain('configure two test users');
});

test('a spec that secures nothing beside a log-in is found', async () => {
  const conversation = converseWithPlanted(PLANTED_API, careful());
  const keys = await keysOf('authentication', conversation);
  expect(keys).toContain('undeclared-log-in');
  expect(keys).toContain('undeclared:GET /v1/things');
});

test('a log-in that takes no made-up body cannot be told of, and without one there is nothing to guess', async () => {
  await expect(judgeBruteForce(converse(() => problem(400)))).rejects.toThrow(CannotTell);
  const { '/v1/login': _, ...paths } = recordOf(PLANTED_API['paths']);
  await expect(
    judgeBruteForce(converseWithPlanted({ ...PLANTED_API, paths }, () => problem(404))),
  ).rejects.toThrow(DoesNotApply);
});

test('configured origins have to be admitted, and their lookalikes not', async () => {
  const settings = { ...SETTINGS, corsOrigins: ['https://app.example'] };
  const admits = (test: (origin: string) => boolean): Conversation =>
    converse((request, base) => {
      const origin = request.headers['origin'] ?? '';
      return { ...base(request), headers: test(origin) ? { 'access-control-allow-origin': origin } : {} };
    }, settings);
  expect(
    await keysOf(
      'cors',
      admits((origin) => origin === 'https://app.example'),
    ),
  ).toEqual([]);
  expect(
    await keysOf(
      'cors',
      admits((origin) => origin.startsWith('https://app.example')),
    ),
  ).toEqual(['lookalike']);
  expect(
    await keysOf(
      'cors',
      admits(() => false),
    ),
  ).toEqual(['refused:https://app.example']);
});

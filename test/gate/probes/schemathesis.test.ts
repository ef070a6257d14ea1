// Needs nothing: the report is a recorded one, the service is in memory.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotTell, type Answer } from '../../../src/gate/checker';
import { PLANTED_API } from '../../../src/gate/checkers/probes/planted-api';
import { judgeReplay } from '../../../src/gate/checkers/probes/schemathesis/judge-replay';
import { pythonProgram } from '../../../src/gate/checkers/probes/schemathesis/python-program';
import { replayFailures } from '../../../src/gate/checkers/probes/schemathesis/replay';
import { readFuzzReport } from '../../../src/gate/checkers/probes/schemathesis/report';
import { documentOf, operationsToTry } from '../../../src/gate/checkers/probes/schemathesis/tried-document';
import { describeOpenApi } from '../../../src/gate/facts/api/describe-openapi';
import {
  converseWithPlanted,
  type PlantedAnswer,
  type PlantedRequest,
} from '../../../src/gate/probes/planted-service';
import { containing, writeFiles } from '../support';

const RECORDED = readFileSync(join(__dirname, '../../fixtures/scanners/schemathesis.ndjson'), 'utf8');

describe('a report of schemathesis', () => {
  const report = readFuzzReport(RECORDED);

  test('names its version, its end and the operations it came to', () => {
    expect(report).toMatchObject({ version: '4.32.5', complete: true });
    expect([...report.labels].sort()).toEqual([
      'GET /v1/things',
      'GET /v1/things/{thingId}',
      'POST /v1/login',
      'POST /v1/things',
    ]);
  });

  test('holds each request as it was sent, with its answer and what is wrong with it', () => {
    const failed = report.requests.find(({ failures }) => failures.includes('ServerError'));
    expect(failed).toMatchObject({
      label: 'GET /v1/things',
      uri: containing('limit='),
      status: 500,
      failures: ['ServerError', 'UndefinedStatusCode'],
    });
    const login = report.requests.find(({ label, body }) => label === 'POST /v1/login' && body !== null);
    expect(JSON.parse(login?.body ?? '')).toEqual(expect.objectContaining({ email: '' }));
  });

  test('questions a body without a required field that is taken, and none with a value of another type', () => {
    const posts = report.requests.filter(({ label }) => label === 'POST /v1/things');
    const questioned = posts.filter(({ failures }) => failures.includes('AcceptedNegativeData'));
    expect(questioned.map(({ spoiltBody }) => spoiltBody)).toEqual(['Missing request body']);
    expect(posts.some(({ spoiltBody }) => spoiltBody?.includes('Incorrect type'))).toBe(true);
  });

  test('that was cut in its last line is read up to there, and is not complete', () => {
    const cut = readFuzzReport(RECORDED.slice(0, RECORDED.lastIndexOf('{"EngineFinished"') + 30));
    expect(cut.complete).toBe(false);
    expect(cut.requests).toHaveLength(report.requests.length);
  });

  test('of another shape tells nothing', () => {
    expect(() => readFuzzReport('{"ScenarioFinished": {"recorder": 1}}\n')).toThrow(CannotTell);
  });
});

/** What the planted service answers at the second time, and what is made of it. */
async function replayAgainst(
  answer: (request: PlantedRequest) => PlantedAnswer,
  hasDatabase = false,
): Promise<Readonly<Record<string, Answer['outcome']>>> {
  const conversation = converseWithPlanted(PLANTED_API, answer);
  const { replayed, killer } = await replayFailures(conversation, readFuzzReport(RECORDED));
  const { operations, document } = conversation;
  const answers = judgeReplay({ replayed, killer, operations, document, hasDatabase, note: 'looked' });
  return Object.fromEntries(answers.map(({ subject, outcome }) => [subject, outcome]));
}

const PROBLEM = { title: 'No', status: 404 };
const problem = (status: number): PlantedAnswer => ({
  status,
  body: { ...PROBLEM, status },
  headers: { 'content-type': 'application/problem+json' },
});
/** A service without a fault. */
const sound = ({ method, path }: PlantedRequest): PlantedAnswer => {
  if (path === '/v1/things' && method === 'GET') return { status: 200, body: [{ id: 1, name: 'a' }] };
  return problem(path.startsWith('/v1/things/') ? 404 : 400);
};

describe('a request that failed', () => {
  test('is no finding when it is answered well the second time', async () => {
    expect(await replayAgainst(sound)).toEqual({
      'response-codes': { kind: 'ran-clean', note: 'looked' },
      'error-responses': { kind: 'ran-clean', note: 'looked' },
      'api-docs': { kind: 'ran-clean', note: 'looked' },
      'db-validation': expect.objectContaining({ kind: 'not-applicable', rule: 'no-database' }) as unknown,
    });
  });

  test('is one when it fails again, by operation and not by what was sent', async () => {
    const outcomes = await replayAgainst((request) =>
      request.method === 'GET' &&
      request.path === '/v1/things' &&
      !/^\d*$/.test(request.query.get('limit') ?? '')
        ? { status: 500, body: { oops: true } }
        : sound(request),
    );
    expect(outcomes['response-codes']).toMatchObject({
      kind: 'ran-found',
      findings: [{ key: 'failure:made from the spec:GET /v1/things' }],
    });
  });

  test('of an undeclared status, a wrong shape of an answer or of an error is told for its item', async () => {
    const outcomes = await replayAgainst((request) => {
      if (request.path === '/v1/things' && request.method === 'GET') {
        return { status: 200, body: [{ id: 'one', name: 'a' }] };
      }
      if (request.path.startsWith('/v1/things/')) {
        return /\d$/.test(request.path) ? { status: 418, body: {} } : { status: 400, body: { oops: 1 } };
      }
      return sound(request);
    });
    expect(outcomes['response-codes']).toMatchObject({
      findings: [{ key: 'undeclared:418:GET /v1/things/{thingId}' }],
    });
    expect(outcomes['error-responses']).toMatchObject({
      findings: [{ key: 'type:GET /v1/things/{thingId}:400' }],
    });
    expect(outcomes['api-docs']).toMatchObject({ findings: [{ key: 'shape:GET /v1/things:200' }] });
  });

  test('leaves a question where a body against the spec is taken beside a database, and no failure', async () => {
    const taking = (request: PlantedRequest): PlantedAnswer =>
      request.method === 'POST' ? { status: 201, body: { id: 1, name: 'x' } } : sound(request);
    expect((await replayAgainst(taking, true))['db-validation']).toEqual({
      kind: 'could-not-run',
      reason: containing('POST /v1/things (Missing request body)'),
    });
    expect((await replayAgainst(sound, true))['db-validation']).toMatchObject({ kind: 'ran-clean' });
  });
});

test('signing in is left out, and each path stands with the base path of its server', async () => {
  const api = await describeOpenApi({
    source: 'openapi.json',
    from: 'file',
    basePath: null,
    text: JSON.stringify({
      openapi: '3.1.0',
      info: { title: 't', version: '1' },
      servers: [{ url: 'https://example.org/api' }],
      paths: {
        '/login': { post: { responses: {} } },
        '/me': { delete: { responses: {} } },
        '/things': { parameters: [{ $ref: '#/components/parameters/Limit' }], get: { responses: {} } },
        '/shared': { $ref: '#/components/pathItems/Shared' },
      },
      components: {
        parameters: { Limit: { name: 'limit', in: 'query', schema: { type: 'integer' } } },
        pathItems: { Shared: { get: { responses: {} } } },
      },
    }),
  });
  const { tried, left } = operationsToTry(api);
  expect(left).toEqual([]);
  const document = documentOf(api.document, tried);
  expect(document).not.toHaveProperty('servers');
  expect(document['paths']).toMatchObject({
    '/api/things': { parameters: [{ $ref: '#/components/parameters/Limit' }], get: { responses: {} } },
    '/api/shared': { get: { responses: {} } },
  });
  expect(Object.keys(document['paths'] as object)).toHaveLength(2);
});

test('a launcher that does not name its Python cannot be shown to the sandbox', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'launcher-'));
  try {
    writeFiles(folder, { schemathesis: '#!/usr/bin/env bash\nexec pyenv exec schemathesis "$@"\n' });
    const { signal } = new AbortController();
    await expect(pythonProgram(join(folder, 'schemathesis'), signal)).rejects.toThrow(
      /does not name its Python/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

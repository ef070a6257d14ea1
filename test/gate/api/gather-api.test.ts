// Needs nothing: files in a temporary folder, and a stand-in for the running service.
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { graphqlSync, buildSchema, getIntrospectionQuery } from 'graphql';
import { NO_SETTINGS, type GateSettings } from '../../../src/domain/quality-gate/gate-settings';
import { API_CHECKERS } from '../../../src/gate/checkers/api';
import type { RunningService } from '../../../src/gate/facts/service';
import type { Inspection } from '../../../src/gate/inspection';
import { inspectFiles, outcomeOf } from './support';

const OPENAPI = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: { '/v1/a': { get: { operationId: 'a' } } },
});

/** A service that answers these paths, and 404 otherwise. */
function answering(answers: Record<string, string>): Partial<Inspection> {
  const service: Partial<RunningService> = {
    request: ({ path }) =>
      Promise.resolve({
        status: path in answers ? 200 : 404,
        headers: {},
        body: answers[path] ?? '{}',
        ms: 1,
      }),
  };
  return { service: () => Promise.resolve(service as RunningService) };
}

const configured = (api: GateSettings['api']): GateSettings => ({ ...NO_SETTINGS, api });

async function documentation(inspection: Inspection): Promise<string> {
  const checker = API_CHECKERS.find(({ name }) => name === 'api-document');
  if (checker === undefined) throw new Error('no such checker');
  return (await outcomeOf(checker, inspection)).kind;
}

describe('the API description of a tree', () => {
  it('is the configured file before the one that was found', async () => {
    const inspection = inspectFiles(
      { 'openapi.yaml': 'openapi: 3.1.0\npaths: {}\n', 'docs/api.json': OPENAPI },
      {
        apiSpec: 'openapi.yaml',
        gate: configured({ kind: 'openapi', spec: './docs/api.json', from: 'file', basePath: null }),
      },
    );
    expect(await inspection.api()).toMatchObject({ source: 'docs/api.json', operations: [{ id: 'a' }] });
  });

  it('is a GraphQL schema by the extension of the file, or all of a folder', async () => {
    const one = inspectFiles({ 'schema.graphql': 'type Query { a: Int }' }, { apiSpec: 'schema.graphql' });
    expect(await one.api()).toMatchObject({ kind: 'graphql', source: 'schema.graphql' });
    const several = inspectFiles(
      {
        'graphql/a.graphqls': 'type Query { a: A }',
        'graphql/b.graphqls': 'type A { b: Int }',
        'b.graphqls': '{',
      },
      { gate: configured({ kind: 'graphql', spec: 'graphql', from: 'file', basePath: null }) },
    );
    expect(await several.api()).toMatchObject({ text: 'type Query { a: A }\ntype A { b: Int }' });
  });

  it.each([
    ['FastAPI', { framework: 'fastapi' }, {}, '/openapi.json'],
    [
      'springdoc',
      { framework: 'spring-boot' },
      { 'pom.xml': '<artifactId>springdoc-openapi-starter-webmvc-ui</artifactId>' },
      '/v3/api-docs',
    ],
    [
      'NestJS',
      { framework: 'nestjs' },
      { 'package.json': '{"dependencies":{"@nestjs/swagger":"1"}}' },
      '/api-json',
    ],
    [
      'Fastify',
      { framework: 'fastify' },
      { 'package.json': '{"dependencies":{"@fastify/swagger":"1"}}' },
      '/documentation/json',
    ],
  ])('is what %s generates', async (_name, survey, files, path) => {
    const inspection = inspectFiles(files, survey, answering({ [path]: OPENAPI }));
    const api = await inspection.api();
    expect(api).toMatchObject({ kind: 'openapi', from: 'endpoint', source: path, operations: [{ id: 'a' }] });
    expect(api.kind === 'openapi' && api.locate(['paths'])).toBeNull();
  });

  it('is the schema a GraphQL service tells of itself', async () => {
    const schema = buildSchema('"All." type Query { "One." a: Int }');
    const text = JSON.stringify(graphqlSync({ schema, source: getIntrospectionQuery() }));
    const inspection = inspectFiles({}, { framework: 'apollo' }, answering({ '/graphql': text }));
    expect(await inspection.api()).toMatchObject({
      kind: 'graphql',
      source: '/graphql',
      text: expect.stringContaining('a: Int') as unknown,
    });
  });

  it.each([
    ['a service with routes and none', {}, { framework: 'express' }, {}, 'ran-found'],
    ['a file that is gone', {}, { apiSpec: 'openapi.yaml' }, {}, 'ran-found'],
    ['a service that generates none', {}, { framework: 'fastapi' }, answering({}), 'ran-found'],
    ['a service that cannot be started', {}, { framework: 'fastapi' }, {}, 'could-not-run'],
    ['no service', {}, {}, {}, 'not-applicable'],
    ['a broken schema', { 'schema.graphql': 'type {' }, { apiSpec: 'schema.graphql' }, {}, 'ran-found'],
    ['a schema of nothing', { 'schema.graphql': '{ a }' }, { apiSpec: 'schema.graphql' }, {}, 'ran-found'],
    ['no operation', { 'o.yaml': 'openapi: 3.1.0\npaths: {}\n' }, { apiSpec: 'o.yaml' }, {}, 'ran-found'],
    [
      'an answer that was cut',
      {},
      { framework: 'fastapi' },
      answering({ '/openapi.json': 'x'.repeat(300_000) }),
      'could-not-run',
    ],
  ])('of %s: documentation is %s', async (_what, files: Record<string, string>, survey, more, outcome) => {
    expect(await documentation(inspectFiles(files, survey, more))).toBe(outcome);
  });

  it('cannot be told by the other rules where there is none', async () => {
    const names = API_CHECKERS.find(({ name }) => name === 'api-names');
    if (names === undefined) throw new Error('no such checker');
    const outcome = await outcomeOf(names, inspectFiles({}, { framework: 'express' }));
    expect(outcome.kind).toBe('could-not-run');
  });

  it('is refused when it is a link out of the repository', async () => {
    const inspection = inspectFiles({ 'linked.yaml': '' }, { apiSpec: 'linked.yaml' });
    const place = join(inspection.target.path, 'linked.yaml');
    rmSync(place);
    symlinkSync('/etc/passwd', place);
    await expect(inspection.api()).rejects.toThrow('no plain file');
  });

  it('with references out of the repository passes nothing', async () => {
    const text = OPENAPI.replace(
      '"operationId":"a"',
      '"operationId":"a","summary":"s","responses":{"200":{"$ref":"https://example.com/r.json"}}',
    );
    const inspection = inspectFiles({ 'o.json': text }, { apiSpec: 'o.json' });
    expect(await documentation(inspection)).toBe('could-not-run');
  });
});

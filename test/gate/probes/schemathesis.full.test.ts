// Needs a build, the sandbox, and schemathesis on the PATH (skipped without).
import { spawnSync } from 'node:child_process';
import type { NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import type { JsonRecord } from '../../../src/domain/contract/openapi-document';
import type { Answer } from '../../../src/gate/checker';
import { PLANTED_API, PLANTED_SECURED_API } from '../../../src/gate/checkers/probes/planted-api';
import { SCHEMATHESIS_CHECKER } from '../../../src/gate/checkers/probes/schemathesis';
import { answersOf } from '../../../src/gate/run-checker';
import { nodeService, openSample, type Sample } from '../stage/support';
import { containing } from '../support';

const onMachine = spawnSync('schemathesis', ['--version']).status === 0 ? test : test.skip;

let sample: Sample | undefined;
afterEach(async () => {
  await sample?.dispose();
  sample = undefined;
});

/** What the checker says of a service whose handler is given after these helpers. */
async function ask(
  handler: string,
  more: { readonly spec?: JsonRecord; readonly setting?: { readonly searchPath: string } } = {},
): Promise<Readonly<Record<string, Answer>>> {
  const spec = { info: { title: 'Things', version: '1' }, ...(more.spec ?? PLANTED_API) };
  sample = await openSample(
    { ...nodeService(handler, HELPERS), 'openapi.json': spec },
    {
      settings: {
        api: { kind: 'openapi', spec: 'openapi.json', from: 'file', basePath: null, coverage: null },
      } as Partial<typeof NO_SETTINGS>,
      ...(more.setting === undefined ? {} : { setting: more.setting }),
    },
  );
  const answers = await answersOf(SCHEMATHESIS_CHECKER, sample.inspection);
  return Object.fromEntries(answers.map((answer) => [answer.subject, answer]));
}

const HELPERS = `
const problem = (response, status) => {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ title: 'No', status }));
};
const isThing = (path) => /^\\/v1\\/things\\/[^/]+$/.test(path);
const isNumber = (text) => text === null || /^[0-9]{1,9}$/.test(text);
/** Listing and reading of things as the spec has it. */
const serve = (request, response, url, send) => {
  const { pathname, searchParams } = url;
  if (pathname === '/v1/things' && request.method === 'GET') {
    const [limit, offset] = [searchParams.get('limit'), searchParams.get('offset')];
    const fits = isNumber(limit) && isNumber(offset) && (limit === null || (Number(limit) >= 1 && Number(limit) <= 10));
    return fits ? send(200, [{ id: 1, name: 'a' }]) : problem(response, 400);
  }
  if (pathname === '/v1/things' && request.method === 'POST') {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      let body;
      try { body = JSON.parse(Buffer.concat(chunks).toString()); } catch { body = null; }
      const fits = typeof body?.name === 'string' && [...body.name].length <= 200;
      return fits ? send(201, { id: 1, name: body.name }) : problem(response, 400);
    });
    return;
  }
  if (isThing(pathname) && request.method === 'GET') {
    return isNumber(decodeURIComponent(pathname.split('/')[3])) ? send(200, { id: 1, name: 'a' }) : problem(response, 400);
  }
  return problem(response, pathname.startsWith('/v1/things') ? 405 : 404);
};
`;
const SOUND = 'return serve(request, response, url, send);';

test('without schemathesis nothing is told, by a rule', async () => {
  const answers = await ask(SOUND, { setting: { searchPath: '' } });
  for (const { outcome } of Object.values(answers)) {
    expect(outcome).toMatchObject({ kind: 'not-applicable', rule: 'schemathesis-is-not-there' });
  }
});

onMachine('a sound service passes, and the version of schemathesis is told', async () => {
  const answers = await ask(SOUND);
  for (const subject of ['response-codes', 'error-responses', 'api-docs']) {
    expect(answers[subject]).toMatchObject({
      outcome: { kind: 'ran-clean', note: containing('requests to 3 operations') },
      by: { name: 'schemathesis', version: expect.stringMatching(/^\d+\.\d+/) as unknown },
    });
  }
});

onMachine('planted faults are found, each for its item', async () => {
  const answers = await ask(`
    if (url.pathname === '/v1/things' && !isNumber(url.searchParams.get('limit'))) return send(500, { oops: 1 });
    if (isThing(url.pathname) && request.method === 'GET')
      return isNumber(decodeURIComponent(url.pathname.split('/')[3])) ? send(200, { id: 'one' }) : send(400, { oops: 1 });
    ${SOUND}`);
  expect(answers['response-codes']?.outcome).toMatchObject({
    findings: [{ key: 'failure:made from the spec:GET /v1/things' }],
  });
  expect(answers['error-responses']?.outcome).toMatchObject({
    findings: [{ key: 'type:GET /v1/things/{thingId}:400' }],
  });
  expect(answers['api-docs']?.outcome).toMatchObject({
    findings: [{ key: 'shape:GET /v1/things/{thingId}:200' }],
  });
  expect(answers['response-codes']?.evidence?.[0]).toMatchObject({
    kind: 'exchange',
    response: containing('500'),
  });
});

onMachine('a failure that does not come again is none', async () => {
  const answers = await ask(`
    globalThis.failed ??= false;
    if (isThing(url.pathname) && !globalThis.failed) { globalThis.failed = true; return send(500, {}); }
    ${SOUND}`);
  expect(answers['response-codes']?.outcome.kind).toBe('ran-clean');
});

onMachine('requests are made as the user who can log in', async () => {
  const answers = await ask(
    `
    if (url.pathname === '/v1/login') return send(200, { token: 'token-of-a-user' });
    if (request.headers.authorization !== 'Bearer token-of-a-user') return send(401, {});
    if (url.pathname === '/v1/things' && request.method === 'GET') return send(500, {});
    ${SOUND}`,
    { spec: PLANTED_SECURED_API },
  );
  expect(answers['response-codes']?.outcome).toMatchObject({
    kind: 'ran-found',
    findings: [{ key: 'failure:made from the spec:GET /v1/things' }],
  });
  expect(JSON.stringify(answers)).not.toContain('token-of-a-user');
});

onMachine('a request that ends the process of the service is found', async () => {
  const answers = await ask(`
    if (url.pathname === '/v1/things' && !isNumber(url.searchParams.get('limit'))) return process.exit(1);
    ${SOUND}`);
  expect(answers['response-codes']?.outcome).toMatchObject({
    kind: 'ran-found',
    findings: [{ key: 'ended:made from the spec:GET /v1/things' }],
  });
});

onMachine('a service that throttles nearly everything tells nothing', async () => {
  const answers = await ask(`response.writeHead(429); return response.end();`);
  expect(answers['response-codes']?.outcome).toMatchObject({
    kind: 'could-not-run',
    reason: containing('rate limit'),
  });
});

// Needs a build, and schemathesis on the PATH for the tests of real runs (skipped without).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonRecord } from '../../../src/domain/openapi-document';
import { PLANTED_API } from '../../../src/gate/checkers/probes/planted-api';
import { SCHEMATHESIS_CHECKER } from '../../../src/gate/checkers/probes/schemathesis';
import { readFuzzReport } from '../../../src/gate/checkers/probes/schemathesis/report';
import type { Answer } from '../../../src/gate/checker';
import { answersOf } from '../../../src/gate/run-checker';
import { nodeService, openSample, type Sample } from '../stage/support';
import { writeFiles } from '../support';

const onMachine = spawnSync('schemathesis', ['--version']).status === 0 ? test : test.skip;
const SPEC: JsonRecord = { info: { title: 'Things', version: '1' }, ...PLANTED_API };

let sample: Sample | undefined;
afterEach(async () => {
  await sample?.dispose();
  sample = undefined;
});

async function ask(handler: string, spec: JsonRecord = SPEC): Promise<readonly Answer[]> {
  sample = await openSample(
    { ...nodeService(handler), 'openapi.json': spec },
    { settings: { api: { kind: 'openapi', spec: 'openapi.json', from: 'file', basePath: null } } as never },
  );
  return answersOf(SCHEMATHESIS_CHECKER, sample.inspection);
}

const GOOD = `
  const parts = url.pathname.split('/');
  const limit = url.searchParams.get('limit');
  const chunks = [];
`;

onMachine('real', async () => {
  const answers = await ask(`
  const problem = (status) => { response.writeHead(status, { 'content-type': 'application/problem+json' }); response.end(JSON.stringify({ title: 'no', status })); };
  if (url.pathname === '/v1/things' && request.method === 'GET') {
    const limit = url.searchParams.get('limit');
    if (limit !== null && !/^[0-9]+$/.test(limit)) return send(500, { oops: true });
    return send(200, [{ id: 'one', name: 'a' }]);
  }
  if (url.pathname === '/v1/things' && request.method === 'POST') return send(201, { id: 1, name: 'x' });
  if (/^\\/v1\\/things\\/[^/]+$/.test(url.pathname) && request.method === 'GET')
    return /^[0-9]+$/.test(url.pathname.split('/')[3]) ? send(418, {}) : send(400, { oops: 1 });
  return problem(404);
  `);
  console.log(JSON.stringify(answers, null, 1));
});

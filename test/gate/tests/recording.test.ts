// Needs npm and c8 of this package; bubblewrap for one (skipped and counted without it). No PostgreSQL, no registry.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestRun } from '../../../src/gate/facts/test-run';
import { ask } from '../../../src/gate/run-checker';
import { testCoverage } from '../../../src/gate/checkers/tests/test-coverage';
import { NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import type { Survey } from '../../../src/domain/target/survey';
import { hasBubblewrap } from '../../support/bubblewrap';
import { createRepository, inspectRepository } from './support';

const SERVICE = `
import { createServer } from 'node:http';
export const make = () => createServer((request, response) => {
  const found = request.url.startsWith('/v1/things/7');
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ found }));
});
`;
const TESTS = `
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { make } from '../src/server.js';
test('a thing is found', async () => {
  const server = make().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const at = 'http://127.0.0.1:' + server.address().port;
  assert.equal((await fetch(at + '/v1/things/7?x=1')).status, 200);
  assert.equal((await fetch(at + '/v1/things/8', { method: 'PUT' })).status, 404);
  server.close();
});
`;

interface Given {
  readonly files?: Record<string, string>;
  readonly script?: string;
  readonly survey?: Partial<Survey>;
}

function project({ files, script }: Given): Record<string, string | object> {
  return {
    'package.json': { name: 'tiny', type: 'module', scripts: { test: script ?? 'node --test' } },
    'src/server.js': SERVICE,
    'test/server.test.js': TESTS,
    ...files,
  };
}

async function record(given: Given = {}): Promise<TestRun> {
  const repository = createRepository({ files: project(given) });
  const opened = await inspectRepository(repository, {
    survey: { install: null, test: ['npm', 'test'], database: 'none', gate: NO_SETTINGS, ...given.survey },
  });
  try {
    return await opened.inspection.tests();
  } finally {
    await opened.dispose();
    repository.dispose();
  }
}

test('requests over a socket are recorded without their query, with the start of the body', async () => {
  const run = await record();
  expect(run.outcome).toMatchObject({ kind: 'ran-clean' });
  expect(run.requests).toEqual({
    kind: 'recorded',
    value: [
      {
        method: 'GET',
        path: '/v1/things/7',
        status: 200,
        contentType: 'application/json',
        body: '{"found":true}',
        document: null,
      },
      {
        method: 'PUT',
        path: '/v1/things/8',
        status: 404,
        contentType: 'application/json',
        body: '{"found":false}',
        document: null,
      },
    ],
  });
});

test('a source that nothing loads counts as not covered', async () => {
  const files = {
    'src/forgotten.js': 'export function forgotten(a) {\n  if (a) return 1;\n  return 2;\n}\n'.repeat(1),
  };
  const run = await record({ files });
  if (run.coverage.kind !== 'recorded') throw new Error(JSON.stringify(run.coverage));
  expect(run.coverage.value.files.get('src/forgotten.js')?.covered.size).toBe(0);
  expect(run.coverage.value.percent).toBeLessThan(80);
  expect((await record()).coverage).toMatchObject({ kind: 'recorded', value: { percent: 100 } });
});

test('a configured command that leaves sources out is corrected by them', async () => {
  const summary = (lines: object): string =>
    JSON.stringify({ lines, statements: lines, functions: lines, branches: lines });
  const script = `node -e 'const fs=require("fs");fs.mkdirSync("coverage",{recursive:true});fs.writeFileSync("coverage/coverage-summary.json",process.env.npm_package_config_report)' && node --test`;
  const whole = { total: 6, covered: 6, skipped: 0, pct: 100 };
  const report = `{"total":${summary(whole)},"src/server.js":${summary(whole)}}`;
  const files = {
    'package.json': JSON.stringify({
      name: 'tiny',
      type: 'module',
      config: { report },
      scripts: { test: 'node --test', coverage: script },
    }),
    'src/forgotten.js': 'export function forgotten(a) {\n  if (a) return 1;\n  return 2;\n}\n',
  };
  const coverage = {
    cmd: ['npm', 'run', 'coverage'],
    format: 'istanbul-summary',
    report: 'coverage/coverage-summary.json',
  } as const;
  const run = await record({
    files,
    survey: { gate: { ...NO_SETTINGS, coverage: { ...coverage, cmd: [...coverage.cmd] } } },
  });
  if (run.coverage.kind !== 'recorded') throw new Error(JSON.stringify(run.coverage));
  expect(run.coverage.value.neverLoaded).toEqual(['src/forgotten.js']);
  expect(run.coverage.value.percent).toBeLessThan(100);
});

test('tests that hang, flood or run nothing end in a verdict with a reason', async () => {
  const hanging = await record({
    script: 'node -e "setInterval(() => {}, 1000)"',
    survey: { testTimeoutMs: 2000 },
  });
  expect(hanging.outcome).toMatchObject({ kind: 'ran-found', note: expect.stringContaining('did not end') });
  const flooding = await record({
    script: 'node -e "for (let i = 0; i < 60000; i += 1) console.log(\'x\'.repeat(200))"',
  });
  expect(flooding.rawOutput.length).toBeLessThan(3 * 1024 * 1024);
  const empty = await record({ files: { 'test/server.test.js': '' } });
  expect(empty.outcome).toMatchObject({ kind: 'could-not-run' });
});

(hasBubblewrap ? test : test.skip)('in the sandbox tests leave nothing outside their tree', async () => {
  // A folder of its own: other tests inspect at the same time.
  const usual = process.env['TMPDIR'];
  const own = mkdtempSync(join(tmpdir(), 'recording-'));
  process.env['TMPDIR'] = own;
  try {
    await record({ script: 'echo out > ../../left-behind; echo out > /usr/left-behind; node --test' });
    expect(existsSync('/usr/left-behind')).toBe(false);
    expect(readdirSync(own).filter((name) => name.startsWith('inspection-'))).toEqual([]);
    expect(existsSync(join(own, 'left-behind'))).toBe(false);
  } finally {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    rmSync(own, { recursive: true, force: true });
  }
});

test('a fixed port that is taken outside does not matter, and an absent service fails the tests', async () => {
  const absent = TESTS.replace(
    'const server = make()',
    "await fetch('http://127.0.0.1:6379/').catch(() => { throw new Error('redis is not there'); });\n  const server = make()",
  );
  const run = await record({ files: { 'test/server.test.js': absent } });
  expect(run.outcome).toMatchObject({ kind: 'ran-found' });
  expect(run.output).toContain('redis is not there');
});

test('without a test command coverage cannot be told', async () => {
  const repository = createRepository({ files: project({}) });
  const opened = await inspectRepository(repository, {
    survey: { install: null, test: null, gate: NO_SETTINGS },
  });
  try {
    expect((await ask(testCoverage, opened.inspection)).answers).toMatchObject([
      { outcome: { kind: 'could-not-run', reason: expect.stringContaining('no test command') } },
    ]);
  } finally {
    await opened.dispose();
    repository.dispose();
  }
});

// Needs git; oasdiff on the PATH for the tests of real runs (skipped without).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OASDIFF_CHECKER, readReport } from '../../../src/gate/checkers/api/oasdiff';
import { CannotTell, type Answer } from '../../../src/gate/checker';
import { describeOpenApi } from '../../../src/gate/facts/api/describe-openapi';
import { answersOf } from '../../../src/gate/run-checker';
import { createSandbox, probeSandbox } from '../../../src/sandbox/sandbox';
import { createRepository, type Repository } from '../source/support';
import { containing } from '../support';

const onMachine = spawnSync('oasdiff', ['--version']).status === 0 ? test : test.skip;
const RECORDED = readFileSync(join(__dirname, '../../fixtures/scanners/oasdiff-breaking.json'), 'utf8');

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

/** A list of things that takes a limit, and perhaps another path beside it. */
const spec = (
  more: {
    readonly version?: string;
    readonly maximum?: number;
    readonly paths?: readonly string[];
    readonly reference?: string;
  } = {},
): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Things', version: more.version ?? '1.0.0' },
    paths: {
      '/v1/things': {
        get: {
          operationId: 'listThings',
          parameters: [
            {
              name: 'limit',
              in: 'query',
              schema:
                more.reference === undefined
                  ? { type: 'integer', maximum: more.maximum ?? 100 }
                  : { $ref: more.reference },
            },
          ],
          responses: { 200: { description: 'Things.' } },
        },
      },
      ...Object.fromEntries(
        (more.paths ?? []).map((path) => [path, { get: { responses: { 200: { description: 'yes' } } } }]),
      ),
    },
  });

async function compare(
  before: string,
  after: string,
  more: { readonly searchPath?: string } = {},
): Promise<Answer | undefined> {
  const base = repository.commit({ 'openapi.json': before });
  const commit = repository.commit({ 'openapi.json': after });
  const sandbox = createSandbox(await probeSandbox({ PATH: process.env['PATH'] ?? '' }));
  const inspection = repository.inspect({
    base,
    commit,
    survey: { apiSpec: 'openapi.json' },
    setting: { sandbox },
    ...more,
  });
  const [answer] = await answersOf(OASDIFF_CHECKER, inspection);
  return answer;
}

describe('a report of oasdiff', () => {
  test('counts what is taken from clients, and no value that answers may hold beyond', async () => {
    const api = await describeOpenApi({ source: 'openapi.json', from: 'file', text: spec(), basePath: null });
    const findings = readReport(RECORDED, api);
    expect(findings.map(({ text }) => text)).toEqual([
      'GET /v1/gone: API path removed without deprecation (oasdiff api-path-removed-without-deprecation), and the version is the same',
      'GET /v1/things: for the `query` request parameter `limit`, the max was decreased from `100.00` to `10.00` (oasdiff request-parameter-max-decreased), and the version is the same',
    ]);
    expect(findings.map(({ at }) => at)).toEqual([['paths'], ['paths', '/v1/things', 'get']]);
  });

  test.each(['', '{"a":1}', '[{"id":"a","text":"b","level":"high"}]'])(
    'of another shape tells nothing: %s',
    (text) => {
      expect(() => readReport(text, { operations: [] })).toThrow(CannotTell);
    },
  );
});

test('without oasdiff nothing is told, by a rule', async () => {
  const answer = await compare(spec(), spec({ maximum: 10 }), { searchPath: '' });
  expect(answer?.outcome).toMatchObject({ kind: 'not-applicable', rule: 'oasdiff-is-not-there' });
});

onMachine('a lowered bound breaks clients, and its place and the version of oasdiff are told', async () => {
  const answer = await compare(spec(), spec({ maximum: 10 }));
  expect(answer).toMatchObject({
    outcome: {
      kind: 'ran-found',
      findings: [{ text: containing('max was decreased'), file: 'openapi.json', line: 1 }],
    },
    by: { kind: 'tool', name: 'oasdiff', exitCode: 1 },
  });
  expect(answer?.by).not.toMatchObject({ version: null });
});

onMachine('a new path breaks nobody', async () => {
  const answer = await compare(spec(), spec({ paths: ['/v1/more'] }));
  expect(answer).toMatchObject({ outcome: { kind: 'ran-clean' }, by: { exitCode: 0 } });
});

onMachine.each([
  ['a raised major version', spec({ version: '2.0.0', maximum: 10 }), 'raised-version'],
  ['the same description', spec(), 'same-description'],
])('%s is nothing to compare', async (_what, after, rule) => {
  const answer = await compare(spec(), after);
  expect(answer?.outcome).toMatchObject({ kind: 'not-applicable', rule });
});

onMachine('a reference out of the repository is not followed, and nothing is told', async () => {
  const answer = await compare(spec(), spec({ reference: 'http://127.0.0.1:9/limit.json' }));
  expect(answer?.outcome).toMatchObject({
    kind: 'could-not-run',
    reason: containing('never fetched'),
  });
});

import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, CannotTell, type GateChecker } from '../../checker';
import type { ApiOperation, GraphqlDescription, OpenApiDescription } from '../../facts/api-description';
import type { RecordedRequest, TestRun } from '../../facts/test-run';
import type { Inspection } from '../../inspection';
import type { Outcome } from '../../outcome';
import { readNodeManifest, scriptText } from '../../recording/scripts';
import { changedOperations } from './changed-operations';
import {
  coverEndpoints,
  declaresErrors,
  type EndpointCoverage,
  type OperationUse,
} from './endpoint-coverage';
import { coverGraphql } from './graphql-coverage';
import { mayChangeTests } from './inputs';
import { losesTests } from './lost-tests';

/** Share of all operations that tests have to reach; changed ones have to be reached all. */
const ALL_MIN = 0.8;
const MOST_SHOWN = 30;

/** Frameworks whose requests the recorders are known to see. */
const RECORDED_FRAMEWORKS =
  /^(?:express|fastify|nestjs|@nestjs\/core|nest|koa|restify|polka|connect|graphql-http|apollo|@apollo\/server|graphql-yoga|mercurius|fastapi|starlette|flask|django|spring.*)$/;

/** Items 32 and 34: operations of the spec that requests of the test run reached, and made fail. */
export const endpointTests: GateChecker = {
  name: 'endpoint-tests',
  version: '2',
  subjects: ['integration-tests', 'error-tests'],
  scope: 'objective',
  reads: mayChangeTests,
  comparesWithBase: true,
  control: findsUntestedOperation,
  check: async (inspection) => {
    const tests = await inspection.tests();
    const api = await inspection.api();
    if (tests.testsRun === 0) throw new CannotTell('no test ran, so no operation was called');
    if (tests.requests.kind === 'absent') {
      throw new CannotTell(`requests of the tests were not recorded: ${tests.requests.reason}`);
    }
    const requests = tests.requests.value;
    if (requests.length === 0) await refuseBlindness(inspection, tests);
    const how = tests.requests.kind === 'estimated' ? ` (estimated: ${tests.requests.how})` : '';
    const answers =
      api.kind === 'graphql'
        ? await checkGraphql(inspection, api, requests)
        : await checkOpenApi(inspection, api, requests);
    return answers.map((answer) => ({ ...answer, outcome: withNote(answer.outcome, how) }));
  },
};

async function checkOpenApi(
  inspection: Inspection,
  api: OpenApiDescription,
  requests: readonly RecordedRequest[],
): Promise<Answer[]> {
  if (api.operations.length === 0) throw new CannotTell(`${api.source} describes no operation`);
  const changed = await changedOperations(inspection, api);
  const coverage = coverEndpoints(api.operations, requests);
  const strict = await losesTests(inspection);
  const untested = judgeEndpoints({ uses: coverage.uses, changed, strict, missed: ({ hits }) => hits === 0 });
  const fallible = coverage.uses.filter(({ operation }) => declaresErrors(operation));
  const errorless = fallible.filter((use) => !sawError(use));
  const reached = coverage.uses.filter(({ hits }) => hits > 0).length;
  const failed = fallible.filter(sawError).length;
  const declared = coverage.declared === null ? 'none' : `${(coverage.declared * 100).toFixed(0)} %`;
  const evidence = [tableOf(coverage)];
  return [
    {
      subject: 'integration-tests',
      outcome: outcomeOf(
        `tests call ${String(reached)} of ${String(coverage.uses.length)} operations of ${api.source} in ${String(requests.length)} requests`,
        untested.map((use) => finding('operation-untested', use, 'no test calls it')),
      ),
      evidence,
      measures: measuresOf(coverage),
    },
    {
      subject: 'error-tests',
      outcome: outcomeOf(
        `${String(failed)} of ${String(fallible.length)} operations that declare 4xx answers gave a test one; ${declared} of declared responses were seen`,
        errorless.map((use) =>
          finding('operation-without-error-test', use, 'no test makes it answer with 4xx'),
        ),
      ),
      evidence,
    },
  ];
}

/**
 * The operations that count as missed: a changed one always; any one where too few of all are reached, or where the
 * branch takes tests away, which the comparison with the base then tells from what was never tested.
 */
export function judgeEndpoints(given: {
  readonly uses: readonly OperationUse[];
  readonly changed: ReadonlySet<ApiOperation>;
  readonly strict: boolean;
  readonly missed: (use: OperationUse) => boolean;
}): OperationUse[] {
  const { uses, changed, strict, missed } = given;
  const open = uses.filter(missed);
  const enough = uses.length === 0 || (uses.length - open.length) / uses.length >= ALL_MIN;
  return open.filter(({ operation }) => !enough || strict || changed.has(operation));
}

/** A 4xx that is its own: not the rate limit. An estimated request without a status says nothing. */
function sawError({ statuses }: OperationUse): boolean {
  return [...statuses].some((status) => status >= 400 && status < 500 && status !== 429);
}

async function checkGraphql(
  inspection: Inspection,
  api: GraphqlDescription,
  requests: readonly RecordedRequest[],
): Promise<Answer[]> {
  const coverage = await coverGraphql(api.text, requests);
  const { fields, executed, failed, mutations } = coverage;
  if (fields.length === 0) throw new CannotTell(`${api.source} has no field`);
  const added = await addedFields(inspection, api, fields);
  const strict = await losesTests(inspection);
  const open = fields.filter((field) => !executed.has(field));
  const share = (fields.length - open.length) / fields.length;
  const counted = open.filter((field) => share < ALL_MIN || strict || added.has(field));
  const clientError = requests.some(({ status }) => status >= 400 && status < 500);
  const silent = mutations.filter((field) => !failed.has(field));
  const errorless = mutations.length > 0 ? silent : failed.size > 0 || clientError ? [] : ['Query'];
  const evidence: Evidence[] = [
    {
      kind: 'measurement',
      text: `not executed: ${open.slice(0, MOST_SHOWN).join(', ') || 'none'}`.slice(0, 2000),
    },
  ];
  const measures = { endpointCoverage: rounded(share) };
  return [
    {
      subject: 'integration-tests',
      outcome: outcomeOf(
        `tests execute ${String(fields.length - open.length)} of ${String(fields.length)} fields of ${api.source}`,
        counted.map((field) => ({ key: `field-untested:${field}`, text: `no test executes ${field}` })),
      ),
      evidence,
      measures,
    },
    {
      subject: 'error-tests',
      outcome: outcomeOf(
        `${String(failed.size)} root fields answered a test with an error; ${String(mutations.length)} mutations`,
        errorless.map((field) => ({
          key: `field-without-error-test:${field}`,
          text: `no test makes ${field} answer with an error`,
        })),
      ),
      evidence,
    },
  ];
}

/** Fields that the base's schema does not have; none where the base cannot be told. */
async function addedFields(
  inspection: Inspection,
  api: GraphqlDescription,
  fields: readonly string[],
): Promise<ReadonlySet<string>> {
  if (api.from === 'endpoint') return new Set();
  const changes = await inspection.changes();
  const touched = changes.files.some(({ path }) => path === api.source || path.startsWith(`${api.source}/`));
  if (!touched) return new Set();
  const text = await changes.readBase(api.source);
  if (text === null) return new Set();
  const before = await coverGraphql(text, []).catch(() => null);
  return new Set(before === null ? [] : fields.filter((field) => !before.fields.includes(field)));
}

/** @throws CannotTell where nothing was recorded because nothing could be, not because nothing happened */
async function refuseBlindness(inspection: Inspection, tests: TestRun): Promise<void> {
  const { framework, stack } = inspection.survey;
  if (tests.requests.kind === 'estimated') return;
  if (framework !== null && !RECORDED_FRAMEWORKS.test(framework)) {
    throw new CannotTell(`no request was recorded, and requests of ${framework} may not be seen`);
  }
  if (stack !== 'node') return;
  const text = scriptText(tests.argv, await readNodeManifest(await inspection.files()));
  if (text.includes('NODE_OPTIONS=')) {
    throw new CannotTell('the test script sets NODE_OPTIONS of its own, so no request could be recorded');
  }
}

function outcomeOf(note: string, findings: readonly GateFinding[]): Outcome {
  return findings.length === 0 ? { kind: 'ran-clean', note } : { kind: 'ran-found', note, findings };
}

function withNote(outcome: Outcome, more: string): Outcome {
  return outcome.kind === 'ran-clean' || outcome.kind === 'ran-found'
    ? { ...outcome, note: `${outcome.note}${more}` }
    : outcome;
}

function finding(rule: string, { operation }: OperationUse, what: string): GateFinding {
  const name = `${operation.method} ${operation.path}`;
  return { key: `${rule}:${name}`.slice(0, 300), text: `${name}: ${what}`.slice(0, 500) };
}

function measuresOf({ endpoint, success, declared }: EndpointCoverage): Record<string, number> {
  return {
    endpointCoverage: rounded(endpoint),
    successCoverage: rounded(success),
    ...(declared === null ? {} : { declaredResponseCoverage: rounded(declared) }),
  };
}

function tableOf({ uses }: EndpointCoverage): Evidence {
  const rows = uses
    .toSorted((a, b) => a.hits - b.hits)
    .slice(0, MOST_SHOWN)
    .map(
      ({ operation, hits, statuses }) =>
        `${operation.method} ${operation.path}: ${String(hits)} requests, ${[...statuses].sort().join(' ') || '-'}`,
    );
  return { kind: 'measurement', text: rows.join('\n').slice(0, 2000) };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function findsUntestedOperation(): boolean {
  const operation = (path: string): ApiOperation => ({
    id: path,
    method: 'GET',
    path,
    pointer: [],
    operation: { responses: { 200: {}, 404: {} } },
    parameters: [],
    secured: false,
  });
  const request: RecordedRequest = {
    method: 'GET',
    path: '/things/7',
    status: 404,
    contentType: null,
    body: null,
    document: null,
  };
  const { uses } = coverEndpoints([operation('/things/{id}'), operation('/others')], [request]);
  const none = { changed: new Set<ApiOperation>(), strict: false };
  const untested = judgeEndpoints({ uses, ...none, missed: ({ hits }) => hits === 0 });
  const errorless = uses.filter((use) => !sawError(use));
  return [untested, errorless].every((list) => list.length === 1 && list[0]?.operation.path === '/others');
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { minimalEnvironment } from '../../../../process/run-command';
import { CannotTell, DoesNotApply, type GateChecker } from '../../../checker';
import type { OpenApiDescription } from '../../../facts/api-description';
import type { Inspection } from '../../../inspection';
import type { Conversation } from '../../../probes/conversation';
import { nameOf } from '../../../probes/operation-shape';
import { converseWithNew } from '../../../probes/turns';
import type { ToolResult } from '../../../stage/protocol';
import { requireProgram } from '../../source/adapters/scanner';
import { readsService } from '../reads';
import { judgeReplay } from './judge-replay';
import { pythonProgram } from './python-program';
import { replayFailures, replayLast } from './replay';
import { type FuzzReport, readFuzzReport } from './report';
import { documentOf, operationsToTry, type TriedOperations } from './tried-document';

const TIMEOUT_MS = 120_000;
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection';
/** The same requests each time, a bounded number of them for each operation, nothing remembered. */
const OPTIONS = [
  ...['--phases', 'examples,coverage,fuzzing', '--max-examples', '15', '--seed', '1'],
  ...['--generation-database', 'none', '--no-shrink', '--continue-on-failure', '--workers', '1'],
  ...['--generation-with-security-parameters', 'false'],
  ...['--request-timeout', '5', '--suppress-health-check', 'all', '--checks', CHECKS],
  ...['--output-sanitize', 'false', '--warnings', 'off', '--no-color', '--report-ndjson-path', '{report}'],
] as const;

/**
 * Requests made from the spec by schemathesis, where it is on this machine: beside the service, in its network, logged
 * in where one can. The instance and its database are the checker's own.
 */
export const SCHEMATHESIS_CHECKER: GateChecker = {
  name: 'schemathesis',
  version: '1',
  subjects: ['response-codes', 'error-responses', 'api-docs', 'db-validation'],
  scope: 'objective',
  reads: readsService,
  check: async (inspection) => {
    const program = await requireProgram(inspection, 'schemathesis');
    const api = await readable(inspection);
    const operations = operationsToTry(api);
    if (operations.tried.length === 0) {
      throw new DoesNotApply('no-operation-to-try', 'the spec has nothing but signing in and housekeeping');
    }
    const python = await pythonProgram(program, inspection.signal);
    const folder = await inspection.scratch();
    const [spec, config] = [join(folder, 'openapi.json'), join(folder, 'schemathesis.toml')];
    await writeFile(spec, JSON.stringify(documentOf(api.document, operations.tried)));
    const begin = (): Promise<Conversation> =>
      converseWithNew(inspection, { readOnly: [folder, ...python.readOnly] });
    let conversation = await begin();
    try {
      const { first } = await conversation.callers();
      await writeFile(config, configuration(first?.headers ?? {}));
      const argv = [...python.argv, '--config-file', config, 'run', spec, '--url', '{url}', ...OPTIONS];
      const { PATH = '', LANG = '' } = minimalEnvironment();
      const env = { PATH, LANG, PYTHONDONTWRITEBYTECODE: '1' };
      const result = await conversation.service.runBeside({ argv, env, timeoutMs: TIMEOUT_MS });
      inspection.signal.throwIfAborted();
      const report = readResult(result);
      const hasEnded = !conversation.service.isAlive();
      if (hasEnded) {
        await conversation.service.stop();
        conversation = await begin();
      }
      const replay = hasEnded
        ? await replayLast(conversation, report)
        : await replayFailures(conversation, report);
      inspection.signal.throwIfAborted();
      if (hasEnded && replay.killer === null) {
        throw new CannotTell(
          "the service's process ended while schemathesis asked it, and did not again at the last requests",
        );
      }
      const answers = judgeReplay({
        ...replay,
        operations: api.operations,
        document: api.document,
        hasDatabase: conversation.service.database !== null,
        note: noteOf(report, operations, first !== null),
      });
      const by = {
        kind: 'tool' as const,
        name: 'schemathesis',
        version: report.version,
        argv,
        exitCode: result.exitCode,
      };
      // What does not apply is told by the rule's name.
      return answers.map((answer) => (answer.outcome.kind === 'not-applicable' ? answer : { ...answer, by }));
    } finally {
      await conversation.service.stop();
    }
  },
};

/** @throws DoesNotApply for GraphQL; CannotTell for a spec with references that would have to be fetched */
async function readable(inspection: Inspection): Promise<OpenApiDescription> {
  const api = await inspection.api();
  if (api.kind !== 'openapi') {
    throw new DoesNotApply('schemathesis-is-given-openapi', 'requests are made from OpenAPI only');
  }
  const [remote] = api.remote;
  if (remote === undefined) return api;
  throw new CannotTell(
    `${api.source} refers to ${remote.slice(0, 200)}, which is not in the repository and is never fetched`,
  );
}

/** TOML, whose strings are those of JSON; a dollar sign would stand for a variable. */
function configuration(headers: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(headers)
    .filter(([, value]) => !value.includes('$'))
    .map(([name, value]) => `${JSON.stringify(name)} = ${JSON.stringify(value)}`);
  return `headers = { ${pairs.join(', ')} }\n`;
}

/** @throws CannotTell where it did not run, or got nothing but refusals */
function readResult({ exitCode, output, report }: ToolResult): FuzzReport {
  const last = output.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
  const how = exitCode === null ? 'was ended' : `ended with ${String(exitCode)}`;
  if (report === null || (exitCode !== null && exitCode !== 0 && exitCode !== 1)) {
    throw new CannotTell(`schemathesis ${how} beside the service${last === '' ? '' : `: ${last}`}`);
  }
  const read = readFuzzReport(report);
  const answered = read.requests.filter(({ status }) => status !== null);
  if (answered.length === 0) {
    throw new CannotTell(
      `schemathesis ${how} without a single answer of the service${last === '' ? '' : `: ${last}`}`,
    );
  }
  const throttled = answered.filter(({ status }) => status === 429).length;
  if (throttled > answered.length / 2) {
    throw new CannotTell(
      `${String(throttled)} of ${String(answered.length)} requests of schemathesis met a rate limit; give the variable that sets it a name with RATE_LIMIT`,
    );
  }
  return read;
}

function noteOf(report: FuzzReport, { tried, left }: TriedOperations, isLoggedIn: boolean): string {
  const missed = tried.filter((operation) => !report.labels.includes(nameOf(operation)));
  const rest = [...missed, ...left].map(nameOf);
  const not = rest.length === 0 ? '' : `; not tried: ${rest.slice(0, 10).join(', ')}`;
  const end = report.complete ? '' : '; its time was over before its end';
  const who = isLoggedIn ? 'logged in' : 'without a log-in';
  return `schemathesis made ${String(report.requests.length)} requests to ${String(report.labels.length)} operations, ${who}${end}${not}`;
}

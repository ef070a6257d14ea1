import type { JsonRecord } from '../../../../domain/contract/openapi-document';
import type { Evidence } from '../../../../domain/quality-gate/receipt';
import type { Answer } from '../../../checker';
import type { ApiOperation } from '../../../facts/api-description';
import {
  type Exchange,
  exchangeEvidence,
  isSuccess,
  type ProbeFinding,
  wasAnswered,
} from '../../../probes/exchange';
import { contentOf, declaredResponse, isJsonType, nameOf, parseJson } from '../../../probes/operation-shape';
import { createSchemaCheck } from '../../../probes/schema-check';
import type { Traffic } from '../../../probes/traffic';
import { probeAnswer } from '../../../probes/verdict';
import { judge as judgeErrors } from '../error-responses';
import { judge as judgeCodes } from '../response-codes';
import type { Replayed } from './replay';
import type { FailureType } from './report';

const OF_CODES: readonly FailureType[] = ['ServerError', 'UndefinedStatusCode'];
const OF_SHAPES: readonly FailureType[] = [
  'UndefinedContentType',
  'MalformedMediaType',
  'MalformedJson',
  'JsonSchemaError',
];
const MOST_QUESTIONS = 5;

/** What is judged: requests that failed, made once more. */
export interface ReplayedRun {
  readonly replayed: readonly Replayed[];
  readonly killer: Exchange | null;
  readonly operations: readonly ApiOperation[];
  readonly document: JsonRecord;
  /** Whether what the service takes ends up in a database. */
  readonly hasDatabase: boolean;
  /** What was looked at, in a few words. */
  readonly note: string;
}

/**
 * What the second answers say of the items: what schemathesis held against the first ones counts only where the gate's
 * own rules see it again. Data against the schema that is taken is a question, since the schema may be the stricter one.
 */
export function judgeReplay(run: ReplayedRun): readonly Answer[] {
  const codes = of(run, OF_CODES);
  const shapes = of(run, OF_SHAPES);
  const traffic = (exchanges: readonly Exchange[]): Traffic => ({
    exchanges,
    operations: run.operations,
    left: [],
    killer: run.killer,
  });
  const errors = shapes.filter((one) => wasAnswered(one) && one.response.status >= 400 && isDocumented(one));
  const successes = shapes.filter((one) => wasAnswered(one) && isSuccess(one) && isDocumented(one));
  return [
    probeAnswer('response-codes', judgeCodes(traffic(codes)), run.note),
    probeAnswer('error-responses', judgeErrors(traffic(errors), run.document), run.note),
    probeAnswer('api-docs', judgeSuccesses(successes, run.document), run.note),
    questionOf(run),
  ];
}

const of = ({ replayed }: ReplayedRun, types: readonly FailureType[]): readonly Exchange[] =>
  replayed
    .filter(({ tried }) => tried.failures.some((failure) => types.includes(failure)))
    .map(({ exchange }) => exchange);

/** Whether the spec says what the body of this answer looks like. */
function isDocumented({ operation, response }: Exchange): boolean {
  const declared =
    operation === null || response === null ? null : declaredResponse(operation, response.status);
  return declared !== null && contentOf(declared).length > 0;
}

/** Bodies of served requests that are not what the spec says. */
function judgeSuccesses(exchanges: readonly Exchange[], document: JsonRecord): ProbeFinding[] {
  const check = createSchemaCheck(document);
  return exchanges.flatMap((exchange): ProbeFinding[] => {
    const { operation, response } = exchange;
    if (operation === null || response === null) return [];
    const where = `${nameOf(operation)}:${String(response.status)}`;
    const type = response.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
    const content = contentOf(declaredResponse(operation, response.status) ?? {});
    const media = content.find(([name]) => name.split(';')[0]?.trim().toLowerCase() === type);
    if (media === undefined) {
      // A range such as */* or text/* is nothing to hold against a type.
      if (content.some(([name]) => name.includes('*')) || response.body === '') return [];
      const text = `${nameOf(operation)} answers ${String(response.status)} as ${type || 'no type'}, the spec says ${content.map(([name]) => name).join(' or ')}.`;
      return [{ key: `type:${where}`, text, exchange }];
    }
    if (!isJsonType(type) || media[1] === undefined) return [];
    const body = parseJson(response.body);
    const fault = body === undefined ? 'the body is no JSON' : check(media[1], body);
    if (fault === null) return [];
    const text = `${nameOf(operation)} answers ${String(response.status)} in another shape than documented: ${fault}.`;
    return [{ key: `shape:${where}`, text, exchange }];
  });
}

/** Bodies that break the schema on purpose and are taken, where they may reach a database. */
function questionOf(run: ReplayedRun): Answer {
  const subject = 'db-validation';
  if (!run.hasDatabase) {
    const reason = 'the service has no database that could take what the spec forbids';
    return { subject, outcome: { kind: 'not-applicable', rule: 'no-database', reason } };
  }
  const taken = run.replayed.filter(
    ({ tried, exchange }) =>
      tried.failures.includes('AcceptedNegativeData') &&
      /^(?:POST|PUT|PATCH)$/i.test(tried.method) &&
      isSuccess(exchange),
  );
  if (taken.length === 0) return { subject, outcome: { kind: 'ran-clean', note: run.note } };
  const texts = taken.map(({ tried }) => `${tried.label} (${tried.spoiltBody ?? ''})`);
  const evidence: Evidence[] = taken
    .slice(0, MOST_QUESTIONS)
    .map(({ exchange }) => exchangeEvidence(exchange));
  const reason = `bodies that the spec forbids are taken; is it stricter than it should be, or should they be refused? ${[...new Set(texts)].slice(0, MOST_QUESTIONS).join('; ')}`;
  return { subject, outcome: { kind: 'could-not-run', reason: reason.slice(0, 1000) }, evidence };
}

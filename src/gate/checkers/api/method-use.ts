import { isRecord } from '../../../domain/contract/openapi-document';
import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import { ofOperation, type SpecFinding } from './spec-checker';
import { isOperational, isSuccess, isTemplate, responsesOf, segmentsOf, textOf } from './spec-reading';
import { isThing, wordsOf } from './words';

const CREATE = 'create|insert';
const CHANGE =
  'update|modify|edit|upsert|replace|rename|cancel|activate|deactivate|approve|reject|enable|disable|publish|unpublish|revoke|archive|restore';
const DELETE = 'delete|remove|destroy|discard';
const READ = 'get|list|fetch|retrieve|read|show';
const named = (verbs: string): ReadonlySet<string> => new Set(verbs.split('|'));
const CHANGES = named(`${CREATE}|${CHANGE}|${DELETE}`);
/** In a path, where nouns are common, only what is no noun. */
const CHANGES_IN_PATH = named(
  'create|insert|delete|remove|destroy|cancel|activate|deactivate|approve|reject|enable|disable|publish|unpublish|revoke',
);
const IN_SENTENCE = new RegExp(
  String.raw`^(?:${CREATE}|add|${CHANGE}|${DELETE})(?:e?s)?\s+(?:an?|the|all|one|one's|this|every|each|some|new|existing)\b`,
  'i',
);
const SIGN_IN = /^(?:log-?in|sign-?in|auth|tokens?|sessions?|oauth2?)$/i;

/** Uses of a method for what another one is made for. */
export function findMethodFaults({ operations }: OpenApiDescription): SpecFinding[] {
  return operations
    .filter((operation) => !isOperational(operation))
    .flatMap((operation) => [
      ...safeFaults(operation),
      ...createFaults(operation, operations),
      ...nameFaults(operation),
    ]);
}

function verbOf({ operation }: ApiOperation): string {
  const words = wordsOf(textOf(operation['operationId']));
  return isThing(words) ? '' : (words[0] ?? '');
}

const hasBody = ({ operation }: ApiOperation): boolean => isRecord(operation['requestBody']);

/** A GET with a body, or one that changes something by its name. */
export function safeFaults(operation: ApiOperation): SpecFinding[] {
  const { method, path } = operation;
  if (method !== 'GET' && method !== 'HEAD') {
    return method === 'PATCH' && !hasBody(operation)
      ? [ofOperation('patch-without-body', operation, 'takes no body, so it says nothing of what to change')]
      : [];
  }
  if (hasBody(operation)) {
    return [
      ofOperation('body-of-get', operation, 'takes a body; use the query, or POST', '', ['requestBody']),
    ];
  }
  const last =
    segmentsOf(path)
      .filter((segment) => !isTemplate(segment))
      .at(-1) ?? '';
  const inPath = wordsOf(last.split(':').at(-1) ?? '');
  // What can be cancelled may well be listed.
  const isRead = wordsOf(textOf(operation.operation['operationId'])).some((word) => named(READ).has(word));
  const isChange =
    CHANGES.has(verbOf(operation)) ||
    (CHANGES_IN_PATH.has(inPath[0] ?? '') && !isThing(inPath) && !isRead) ||
    IN_SENTENCE.test(textOf(operation.operation['summary']));
  return isChange
    ? [ofOperation('change-by-get', operation, 'changes something by its name; a GET must be safe to repeat')]
    : [];
}

/** Whether a POST creates a member of the collection it is sent to. */
function isCreation(operation: ApiOperation, all: readonly ApiOperation[]): boolean {
  const { method, path } = operation;
  const last = segmentsOf(path).at(-1) ?? '';
  if (method !== 'POST' || isTemplate(last) || SIGN_IN.test(last)) return false;
  const verb = verbOf(operation);
  if (verb === 'create') return true;
  const ofMember = all.some(
    (other) =>
      other.path.startsWith(`${path.replace(/\/$/, '')}/{`) &&
      segmentsOf(other.path).length === segmentsOf(path).length + 1 &&
      ['GET', 'PUT', 'PATCH', 'DELETE'].includes(other.method),
  );
  return (
    ofMember &&
    (verb === '' || ['add', 'insert', 'post', 'new', 'place', 'register', 'store', 'save'].includes(verb))
  );
}

/** A creation answers with 201, with 202 when it is still to happen, or leads on. */
export function createFaults(operation: ApiOperation, all: readonly ApiOperation[]): SpecFinding[] {
  if (!isCreation(operation, all)) return [];
  const successes = responsesOf(operation).filter(
    (declared) => isSuccess(declared) || declared.status.startsWith('3'),
  );
  if (successes.length === 0 || successes.some(({ status }) => /^(?:201|202|204|207|2XX|3..)$/.test(status)))
    return [];
  const status = successes[0]?.status ?? '';
  return [
    ofOperation(
      'create-status',
      operation,
      `creates something and answers with ${status}; declare 201, or 202`,
      '',
      ['responses', status],
    ),
  ];
}

function nameFaults(operation: ApiOperation): SpecFinding[] {
  const { method, path } = operation;
  const verb = verbOf(operation);
  const isMember = isTemplate(segmentsOf(path).at(-1) ?? '');
  const hasQuery = operation.parameters.some((parameter) => parameter['in'] === 'query');
  const fault = (right: string): SpecFinding[] => [
    ofOperation(
      'method-against-name',
      operation,
      `is named \`${textOf(operation.operation['operationId'])}\`; use ${right}`,
      '',
      ['operationId'],
    ),
  ];
  switch (method) {
    case 'POST':
      if (isMember && named(DELETE).has(verb) && !hasBody(operation)) return fault('DELETE');
      if (isMember && ['update', 'modify', 'edit', 'replace'].includes(verb)) return fault('PUT or PATCH');
      return ['get', 'list', 'fetch', 'retrieve'].includes(verb) && !hasBody(operation) ? fault('GET') : [];
    case 'PUT':
    case 'PATCH':
      if (named(DELETE).has(verb) && !hasBody(operation)) return fault('DELETE');
      return named(READ).has(verb) && verb !== 'show' && !hasBody(operation) ? fault('GET') : [];
    case 'DELETE':
      if (named(READ).has(verb)) return fault('GET');
      if (named(CREATE).has(verb)) return fault('POST');
      return ['update', 'modify', 'edit'].includes(verb) && !hasQuery ? fault('PUT or PATCH') : [];
    default:
      return [];
  }
}

import { isRecord, listOf, recordOf } from '../../../domain/contract/openapi-document';
import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import { createFaults } from './method-use';
import { ofOperation, type SpecFinding } from './spec-checker';
import { alternativesOf, isOperational, isTemplate, responsesOf, segmentsOf } from './spec-reading';

/** A code that operations of a kind have to declare. */
interface CodeRow {
  readonly codes: readonly string[];
  readonly because: string;
  readonly applies: (operation: ApiOperation) => boolean;
}

const ROWS: readonly CodeRow[] = [
  { codes: ['401'], because: 'needs a caller', applies: ({ secured }) => secured },
  { codes: ['403'], because: 'demands scopes', applies: hasScopes },
  { codes: ['404', '410'], because: 'is about something named in its path', applies: namesSomething },
  {
    codes: ['400', '422'],
    because: 'takes a body',
    applies: ({ operation }) => isRecord(operation['requestBody']),
  },
  { codes: ['400', '422'], because: 'takes a query that can be wrong', applies: hasCheckedQuery },
];

/** Declared status codes that do not fit what can happen. */
export function findCodeFaults({ operations }: OpenApiDescription): SpecFinding[] {
  const ofClients = operations.filter((operation) => !isOperational(operation));
  return [
    ...operations.flatMap(ownFaults),
    ...ROWS.flatMap((row) => missingCodes(row, ofClients.filter(row.applies))),
    ...ofClients.flatMap((operation) => createFaults(operation, operations)),
    ...oddOnesOut(ofClients),
  ].filter(isFirstOfKey());
}

function isFirstOfKey(): (finding: SpecFinding) => boolean {
  const keys = new Set<string>();
  return ({ key }) => !keys.has(key) && keys.add(key).size > 0;
}

const statusesOf = (operation: ApiOperation): string[] => responsesOf(operation).map(({ status }) => status);

/** A range or `default` stands for a code, unless the others of its kind name the code. */
function missingCodes({ codes, because }: CodeRow, operations: readonly ApiOperation[]): SpecFinding[] {
  const isNamed = (operation: ApiOperation): boolean =>
    statusesOf(operation).some((status) => codes.includes(status));
  const isCovered = (operation: ApiOperation): boolean =>
    statusesOf(operation).some((status) => status === '4XX' || status === 'DEFAULT');
  const named = operations.filter(isNamed).length;
  return operations
    .filter((operation) => !isNamed(operation))
    .filter((operation) => !isCovered(operation) || (named > 0 && named * 2 >= operations.length))
    .map((operation) =>
      ofOperation(
        'missing-code',
        operation,
        `${because} and declares no ${codes.join(' or ')}`,
        codes.join('/'),
        ['responses'],
      ),
    );
}

function hasScopes({ operation, secured }: ApiOperation): boolean {
  return (
    secured &&
    listOf(operation['security']).some((entry) =>
      Object.values(recordOf(entry)).some((scopes) => listOf(scopes).length > 0),
    )
  );
}

const CHOSEN = /^\{(?:version|apiVersion|locale|lang|language|format)\}$/i;

function namesSomething({ method, path, parameters, operation }: ApiOperation): boolean {
  // A PUT may create what its path names.
  if (method === 'PUT' && Object.hasOwn(recordOf(operation['responses']), '201')) return false;
  const templates = segmentsOf(path).filter((segment) => isTemplate(segment) && !CHOSEN.test(segment));
  return templates.some((template) => {
    const parameter = parameters.find(
      ({ name, in: place }) => place === 'path' && template.includes(`{${String(name)}}`),
    );
    return !Array.isArray(recordOf(parameter?.['schema'])['enum']);
  });
}

const CONSTRAINTS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'pattern',
  'enum',
  'format',
  'minLength',
  'maxLength',
] as const;

function hasCheckedQuery({ parameters }: ApiOperation): boolean {
  return parameters
    .filter((parameter) => parameter['in'] === 'query')
    .some((parameter) =>
      alternativesOf(recordOf(parameter['schema'])).some(
        (schema) =>
          CONSTRAINTS.some((keyword) => schema[keyword] !== undefined && schema['format'] !== 'int32') ||
          schema['type'] === 'integer' ||
          schema['type'] === 'number',
      ),
    );
}

function ownFaults(operation: ApiOperation): SpecFinding[] {
  const responses = responsesOf(operation);
  const { method } = operation;
  const fault = (rule: string, text: string, status: string): SpecFinding =>
    ofOperation(rule, operation, text, status, ['responses', ...(status === '' ? [] : [status])]);
  const faults: SpecFinding[] = [];
  if (!responses.some(({ status }) => /^(?:[23]|101|DEFAULT)/.test(status))) {
    faults.push(fault('no-success', 'declares no successful response', ''));
  }
  for (const { status, response } of responses) {
    if (!/^(?:[1-5]\d\d|[1-5]XX|DEFAULT)$/.test(status)) {
      faults.push(fault('no-status-code', `declares \`${status}\`, which is no status code`, status));
    }
    if (/^(?:204|205|304)$/.test(status) && Object.keys(recordOf(response['content'])).length > 0) {
      faults.push(fault('body-of-204', `declares a body for ${status}, which has none`, status));
    }
    if (status === '201' && (method === 'GET' || method === 'DELETE' || method === 'HEAD')) {
      faults.push(fault('created-by-read', `declares 201 though ${method} creates nothing`, status));
    }
  }
  return faults;
}

const AGREED = ['429', '5XX'] as const;
const ENOUGH = 3;

/** A code that all others declare, such as the limit of requests or the failure of the service. */
function oddOnesOut(operations: readonly ApiOperation[]): SpecFinding[] {
  return AGREED.flatMap((code) => {
    const declares = (operation: ApiOperation): boolean =>
      statusesOf(operation).some(
        (status) => status === code || status === 'DEFAULT' || (code === '5XX' && status.startsWith('5')),
      );
    const silent = operations.filter((operation) => !declares(operation));
    const declaring = operations.length - silent.length;
    // One slip, not another kind of operation.
    if (silent.length !== 1 || declaring < ENOUGH) return [];
    return silent.map((operation) =>
      ofOperation('odd-one-out', operation, `declares no ${code}, all other operations do`, code, [
        'responses',
      ]),
    );
  });
}

import { isRecord, listOf, recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';
import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import { ofOperation, type SpecFinding } from './spec-checker';
import { alternativesOf, contentOf, isJson, responsesOf, textOf, typeOf } from './spec-reading';

/** What a description leaves out: texts of operations and parameters, schemas of bodies, names of security schemes. */
export function findDocumentGaps({ operations, document }: OpenApiDescription): SpecFinding[] {
  const schemes = recordOf(recordOf(document['components'])['securitySchemes']);
  return operations.flatMap((operation) => [
    ...describedGaps(operation),
    ...operation.parameters.flatMap((parameter) => parameterGaps(operation, parameter)),
    ...bodyGaps(operation),
    ...responsesOf(operation).flatMap(({ status, response }) => responseGaps(operation, status, response)),
    ...securityGaps(operation, schemes, document['security']),
  ]);
}

function describedGaps(operation: ApiOperation): SpecFinding[] {
  const isDescribed = ['summary', 'description'].some((key) => textOf(operation.operation[key]) !== '');
  return isDescribed
    ? []
    : [ofOperation('undescribed-operation', operation, 'has neither summary nor description')];
}

function parameterGaps(operation: ApiOperation, parameter: JsonRecord): SpecFinding[] {
  // A reference that leads elsewhere is told of as such.
  if (typeof parameter['name'] !== 'string') return [];
  const { name } = parameter;
  const schema = recordOf(parameter['schema']);
  const isDescribed =
    [parameter, schema].some((at) => textOf(at['description']) !== '') || textOf(schema['title']) !== '';
  return isDescribed
    ? []
    : [
        ofOperation(
          'undescribed-parameter',
          operation,
          `has the parameter \`${name}\` without a description`,
          name,
          ['parameters'],
        ),
      ];
}

function bodyGaps(operation: ApiOperation): SpecFinding[] {
  const body = operation.operation['requestBody'];
  if (!isRecord(body) || typeof body['$ref'] === 'string') return [];
  return contentOf(body).flatMap(({ type, schema }) =>
    isJson(type) && saysNothing(schema)
      ? [ofOperation('undescribed-body', operation, `takes ${type} without a schema`, type, ['requestBody'])]
      : [],
  );
}

function responseGaps(operation: ApiOperation, status: string, response: JsonRecord): SpecFinding[] {
  if (typeof response['$ref'] === 'string') return [];
  const written = status === 'DEFAULT' ? 'default' : status;
  const gap = (rule: string, text: string): SpecFinding =>
    ofOperation(rule, operation, `${written}: ${text}`, written, ['responses', written]);
  const content = contentOf(response);
  const gaps: SpecFinding[] = [];
  if (textOf(response['description']) === '')
    gaps.push(gap('undescribed-response', 'the response has no description'));
  if (operation.method === 'GET' && status === '200' && content.length === 0) {
    gaps.push(gap('response-without-content', 'what a GET answers with is not described'));
  }
  const bare = content.find(({ type, schema }) => isJson(type) && saysNothing(schema));
  if (bare !== undefined) gaps.push(gap('response-without-schema', `${bare.type} has no schema`));
  return gaps;
}

/** No schema, or one that any value, or any object, fits. */
function saysNothing(schema: JsonRecord | null): boolean {
  if (schema === null) return true;
  const keywords = Object.keys(schema).filter(
    (key) => !/^(?:title|description|example|examples|x-.*)$/.test(key),
  );
  if (keywords.length === 0) return true;
  return alternativesOf(schema).every(
    (option) => typeOf(option) === 'object' && keywords.length === 1 && keywords[0] === 'type',
  );
}

function securityGaps(operation: ApiOperation, schemes: JsonRecord, shared: unknown): SpecFinding[] {
  const names = listOf(operation.operation['security'] ?? shared).flatMap((entry) =>
    Object.keys(recordOf(entry)),
  );
  return [...new Set(names)]
    .filter((name) => !Object.hasOwn(schemes, name))
    .map((name) =>
      ofOperation(
        'unknown-security',
        operation,
        `names the security scheme \`${name}\`, which is not defined`,
        name,
      ),
    );
}

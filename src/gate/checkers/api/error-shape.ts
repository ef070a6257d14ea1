import { isRecord, listOf, recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';
import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import { ofOperation, type SpecFinding } from './spec-checker';
import {
  alternativesOf,
  contentOf,
  isError,
  isJson,
  isOperational,
  responsesOf,
  typeOf,
} from './spec-reading';

const PROBLEM = 'application/problem+json';

interface ErrorBody {
  readonly operation: ApiOperation;
  readonly status: string;
  readonly types: readonly string[];
  readonly shapes: readonly Shape[];
}

/** Types by name of field, and which fields are always there. */
interface Shape {
  readonly id: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly required: readonly string[];
}

/** Error responses that have no documented body, or another one than most. */
export function findErrorFaults({ operations, source }: OpenApiDescription): SpecFinding[] {
  const bodies = operations
    .filter((operation) => !isOperational(operation) && operation.method !== 'HEAD')
    .flatMap(bodiesOf);
  if (bodies.length === 0) {
    return [{ key: 'no-errors', text: `${source} documents no error response at all`, at: ['paths'] }];
  }
  const documented = bodies.filter(({ shapes }) => shapes.length > 0);
  const common = mostOften(documented.flatMap(({ shapes }) => shapes));
  const isProblem = documented.filter(({ types }) => types.includes(PROBLEM)).length * 2 > documented.length;
  return bodies.flatMap((body) => faultsOf(body, common, isProblem));
}

function faultsOf(body: ErrorBody, common: Shape | null, isProblem: boolean): SpecFinding[] {
  const { operation, status, types, shapes } = body;
  const fault = (rule: string, text: string): SpecFinding[] => [
    ofOperation(rule, operation, `${status}: ${text}`, status, ['responses', status]),
  ];
  if (shapes.length === 0) return fault('error-without-schema', 'the body of the error is not described');
  const odd = common === null ? undefined : shapes.find((shape) => !isAlike(shape, common));
  if (odd !== undefined && common !== null) {
    return fault('odd-error-shape', `the error has ${nameOf(odd)} where others have ${nameOf(common)}`);
  }
  return isProblem && !types.includes(PROBLEM)
    ? fault('odd-error-type', `the error is ${types[0] ?? ''} where others are ${PROBLEM}`)
    : [];
}

function bodiesOf(operation: ApiOperation): ErrorBody[] {
  return responsesOf(operation)
    .filter(isError)
    .map(({ status, response }) => {
      const content = contentOf(response);
      return {
        operation,
        // As it is written, so that it can be found.
        status: status === 'DEFAULT' ? 'default' : status,
        types: content.map(({ type }) => type),
        shapes: content.flatMap(({ type, schema }) => shapesOf(type, schema)),
      };
    });
}

function shapesOf(type: string, schema: JsonRecord | null): Shape[] {
  if (!isJson(type)) return [{ id: type, fields: new Map(), required: [] }];
  if (schema === null || Object.keys(schema).length === 0) return [];
  return alternativesOf(schema).map(shapeOf);
}

function shapeOf(schema: JsonRecord): Shape {
  const fields = new Map(
    Object.entries(recordOf(schema['properties'])).map(([name, value]) => [
      name,
      (isRecord(value) ? typeOf(alternativesOf(value)[0] ?? {}) : null) ?? 'any',
    ]),
  );
  const reference = typeof schema['$ref'] === 'string' ? schema['$ref'] : (typeOf(schema) ?? 'any');
  return {
    id:
      fields.size === 0
        ? reference
        : [...fields]
            .map(([name, type]) => `${name}:${type}`)
            .sort()
            .join(),
    fields,
    required: listOf(schema['required']).filter((name) => typeof name === 'string'),
  };
}

function mostOften(shapes: readonly Shape[]): Shape | null {
  const counts = new Map<string, number>();
  for (const { id } of shapes) counts.set(id, (counts.get(id) ?? 0) + 1);
  return shapes.reduce<Shape | null>(
    (best, shape) =>
      best === null || (counts.get(shape.id) ?? 0) > (counts.get(best.id) ?? 0) ? shape : best,
    null,
  );
}

/** An extension of the common shape is alike, and so is one that leaves out what need not be there. */
function isAlike(shape: Shape, common: Shape): boolean {
  if (shape.id === common.id) return true;
  const needed = common.required.length > 0 ? common.required : [...common.fields.keys()];
  return (
    needed.length > 0 &&
    needed.every((name) => shape.fields.has(name)) &&
    [...shape.fields].every(([name, type]) => {
      const there = common.fields.get(name);
      return there === undefined || there === type || there === 'any' || type === 'any';
    })
  );
}

function nameOf({ fields, id }: Shape): string {
  return fields.size === 0 ? `\`${id.slice(0, 60)}\`` : `{${[...fields.keys()].slice(0, 8).join(', ')}}`;
}

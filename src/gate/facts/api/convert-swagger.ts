import { isRecord, listOf, recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch']);
/** Keywords of a parameter that are its schema's in OpenAPI 3. */
const OF_SCHEMA = [
  'type',
  'format',
  'items',
  'default',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'enum',
  'multipleOf',
] as const;

/**
 * A Swagger 2 document in the terms of OpenAPI 3, as far as operations, parameters, bodies, responses, security and
 * schemas go. Paths and operations stay where they are; `definitions` stay, too, and references lead there.
 */
export function convertSwagger(document: JsonRecord): JsonRecord {
  const basePath = typeof document['basePath'] === 'string' ? document['basePath'] : '';
  const context: Context = {
    parameters: recordOf(document['parameters']),
    consumes: document['consumes'],
    produces: document['produces'],
  };
  return {
    ...document,
    openapi: '3.0.3',
    servers: basePath === '' ? [] : [{ url: basePath }],
    components: { securitySchemes: recordOf(document['securityDefinitions']) },
    responses: mapRecord(document['responses'], (response) => toResponse(recordOf(response), context)),
    paths: mapRecord(document['paths'], (item) => toPathItem(recordOf(item), context)),
  };
}

interface Context {
  readonly parameters: JsonRecord;
  readonly consumes: unknown;
  readonly produces: unknown;
}

function mapRecord(value: unknown, convert: (entry: unknown) => unknown): JsonRecord {
  return Object.fromEntries(Object.entries(recordOf(value)).map(([key, entry]) => [key, convert(entry)]));
}

function toPathItem(item: JsonRecord, context: Context): JsonRecord {
  const shared = listOf(item['parameters']).map((entry) => follow(entry, context));
  const entries = Object.entries(item).map(([key, value]) => [
    key,
    METHODS.has(key) && isRecord(value) ? toOperation(value, shared, context) : value,
  ]);
  return {
    ...(Object.fromEntries(entries) as JsonRecord),
    parameters: shared.filter(isPlain).map(toParameter),
  };
}

function toOperation(operation: JsonRecord, shared: readonly JsonRecord[], context: Context): JsonRecord {
  const own = listOf(operation['parameters']).map((entry) => follow(entry, context));
  const body = toBody([...shared, ...own], operation['consumes'] ?? context.consumes);
  return {
    ...operation,
    parameters: own.filter(isPlain).map(toParameter),
    ...(body === null ? {} : { requestBody: body }),
    responses: mapRecord(operation['responses'], (response) =>
      toResponse(recordOf(response), { ...context, produces: operation['produces'] ?? context.produces }),
    ),
  };
}

function follow(entry: unknown, { parameters }: Context): JsonRecord {
  const parameter = recordOf(entry);
  const name = /^#\/parameters\/(.+)$/.exec(textOf(parameter['$ref']))?.[1];
  return name === undefined ? parameter : recordOf(parameters[name]);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const isPlain = (parameter: JsonRecord): boolean =>
  parameter['in'] !== 'body' && parameter['in'] !== 'formData';

function schemaOf(parameter: JsonRecord): JsonRecord {
  return Object.fromEntries(
    OF_SCHEMA.filter((key) => parameter[key] !== undefined).map((key) => [key, parameter[key]]),
  );
}

function toParameter(parameter: JsonRecord): JsonRecord {
  return { ...parameter, schema: schemaOf(parameter) };
}

function toBody(parameters: readonly JsonRecord[], consumes: unknown): JsonRecord | null {
  const body = parameters.find((parameter) => parameter['in'] === 'body');
  if (body !== undefined) {
    return {
      description: body['description'],
      required: body['required'],
      content: contentOf(consumes, 'application/json', body['schema']),
    };
  }
  const form = parameters.filter((parameter) => parameter['in'] === 'formData');
  if (form.length === 0) return null;
  const properties = Object.fromEntries(form.map((field) => [String(field['name']), schemaOf(field)]));
  return {
    content: contentOf(consumes, 'application/x-www-form-urlencoded', { type: 'object', properties }),
  };
}

function contentOf(types: unknown, fallback: string, schema: unknown): JsonRecord {
  const named = listOf(types).filter((type) => typeof type === 'string');
  return Object.fromEntries((named.length === 0 ? [fallback] : named).map((type) => [type, { schema }]));
}

function toResponse(response: JsonRecord, { produces }: Context): JsonRecord {
  const { schema, ...rest } = response;
  return schema === undefined ? rest : { ...rest, content: contentOf(produces, 'application/json', schema) };
}

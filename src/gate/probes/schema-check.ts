import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { type JsonRecord, isRecord } from '../../domain/contract/openapi-document';

/** Says what does not fit a schema; null: it fits, or the schema cannot be used. */
export type SchemaCheck = (schema: unknown, value: unknown) => string | null;

const MAX_DEPTH = 40;

/** A check against schemas of one OpenAPI document, 3.1 or 3.0, with their references into it. */
export function createSchemaCheck(document: JsonRecord): SchemaCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true, logger: false });
  addFormats(ajv);
  const compiled = new Map<unknown, ValidateFunction | null>();
  const compile = (schema: unknown): ValidateFunction | null => {
    try {
      return ajv.compile({
        ...recordOrTrue(translate(schema, 0)),
        components: translate(document['components'], 0),
        definitions: translate(document['definitions'], 0),
      });
    } catch {
      return null; // invalid schemas are what the linter of the spec is for
    }
  };
  return (schema, value) => {
    const validate = compiled.has(schema) ? (compiled.get(schema) ?? null) : compile(schema);
    compiled.set(schema, validate);
    if (validate === null || validate(value)) return null;
    const [error] = validate.errors ?? [];
    return `${error?.instancePath === '' ? 'the body' : (error?.instancePath ?? '')} ${error?.message ?? 'does not fit'}`;
  };
}

function recordOrTrue(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** Keywords of OpenAPI 3.0 in those of JSON Schema. */
export function translate(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return {};
  if (Array.isArray(value)) return value.map((one: unknown) => translate(one, depth + 1));
  if (!isRecord(value)) return value;
  if (isRecord(value['properties'])) {
    // Here the names are the target's own, and none of them is a keyword.
    const { properties, ...others } = value;
    const inner = Object.entries(properties).map(([name, one]): [string, unknown] => [
      name,
      translate(one, depth + 1),
    ]);
    return { ...recordOrTrue(translate(others, depth)), properties: Object.fromEntries(inner) };
  }
  const { nullable, example: _example, discriminator: _discriminator, xml: _xml, ...rest } = value;
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).map(([name, one]): [string, unknown] => [
      name,
      ['enum', 'const', 'default', 'examples'].includes(name) ? one : translate(one, depth + 1),
    ]),
  );
  if (nullable === true) {
    if (typeof copy['type'] === 'string') copy['type'] = [copy['type'], 'null'];
    else if (copy['$ref'] !== undefined || copy['allOf'] !== undefined)
      return { anyOf: [copy, { type: 'null' }] };
  }
  return openBounds(copy);
}

/** `exclusiveMinimum: true` makes the minimum itself the bound that is not reached. */
function openBounds(schema: JsonRecord): JsonRecord {
  const { exclusiveMinimum: above, exclusiveMaximum: below, minimum, maximum, ...rest } = schema;
  const bounds = {
    exclusiveMinimum: above === true ? minimum : above,
    minimum: above === true ? undefined : minimum,
    exclusiveMaximum: below === true ? maximum : below,
    maximum: below === true ? undefined : maximum,
  };
  const set = Object.entries(bounds).filter(([, bound]) => bound !== undefined && bound !== false);
  return { ...rest, ...Object.fromEntries(set) };
}

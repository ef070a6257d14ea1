import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { ContractMismatch } from '../../domain/contract/contract-test-report';
import { isRecord, listOf, recordOf, type JsonRecord } from '../../domain/contract/openapi-document';
import { translate } from '../probes/schema-check';

/** A place in a value that is not as its schema says. */
export type ValueMismatch = Omit<ContractMismatch, 'operation'>;

/** Every place of a value that does not fit a schema. @throws UnusableSchema */
export type BodyCheck = (schema: unknown, value: unknown) => readonly ValueMismatch[];

/** A schema the validator does not take; the linter of specs knows less of schemas than it does. */
export class UnusableSchema extends Error {}

const MOST = 50;
const NO_KEYS: JsonRecord = {};

/** A check against the answers' side of one OpenAPI document, 3.1 or 3.0. */
export function createBodyCheck(document: JsonRecord): BodyCheck {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    validateFormats: true,
    logger: false,
  });
  addFormats(ajv);
  const components = answersOnly(translate(document['components'], 0));
  const compiled = new Map<unknown, ValidateFunction>();
  const compile = (schema: unknown): ValidateFunction => {
    try {
      const own = answersOnly(translate(schema, 0));
      return ajv.compile({ ...(isRecord(own) ? own : NO_KEYS), components });
    } catch (error) {
      throw new UnusableSchema(
        error instanceof Error ? error.message.slice(0, 300) : 'it cannot be compiled',
      );
    }
  };
  return (schema, value) => {
    const validate = compiled.get(schema) ?? compile(schema);
    compiled.set(schema, validate);
    if (validate(value)) return [];
    return tellable(validate.errors ?? [])
      .slice(0, MOST)
      .map(describe);
  };
}

/** Fields that only requests have are not owed by answers. */
function answersOnly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(answersOnly);
  if (!isRecord(value)) return value;
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([name, child]) => [
      name,
      ['enum', 'const', 'default', 'examples'].includes(name) ? child : answersOnly(child),
    ]),
  );
  if (!Array.isArray(value['required'])) return copy;
  const properties = recordOf(value['properties']);
  const owed = listOf(value['required']).filter(
    (name) => typeof name !== 'string' || recordOf(properties[name])['writeOnly'] !== true,
  );
  return { ...copy, required: owed };
}

/**
 * Of a choice between several schemas every branch complains; only that none fits is told. Where null is the only other
 * choice, what is wrong inside is told instead.
 */
function tellable(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const open = choices.filter(({ keyword, parentSchema, data }) => {
    const branches = listOf(recordOf(parentSchema)[keyword]);
    return data !== null && branches.filter((branch) => recordOf(branch)['type'] !== 'null').length === 1;
  });
  const closed = choices.filter((choice) => !open.includes(choice));
  const isBelow = (path: string, choice: ErrorObject): boolean =>
    path === choice.instancePath || path.startsWith(`${choice.instancePath}/`);
  return errors.filter((error) => {
    if (open.includes(error) || error.keyword === 'if') return false;
    if (closed.includes(error)) return true;
    if (closed.some((choice) => isBelow(error.instancePath, choice))) return false;
    const isNullBranch = recordOf(error.params)['type'] === 'null';
    return !(isNullBranch && open.some((choice) => choice.instancePath === error.instancePath));
  });
}

function describe({
  keyword,
  instancePath,
  params,
  message,
  data,
  parentSchema,
  schema,
}: ErrorObject): ValueMismatch {
  const given = recordOf(params);
  const at = (pointer: string, expected: string, got: string): ValueMismatch => ({
    pointer: pointer.slice(0, 500),
    expected: expected.slice(0, 500),
    got: got.slice(0, 500),
  });
  switch (keyword) {
    case 'required': {
      const name = String(given['missingProperty']);
      const type = recordOf(recordOf(recordOf(parentSchema)['properties'])[name])['type'];
      const what = typeof type === 'string' ? `a value (${type})` : 'a value';
      return at(`${instancePath}/${escaped(name)}`, what, 'nothing');
    }
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = String(given['additionalProperty'] ?? given['unevaluatedProperty']);
      return at(`${instancePath}/${escaped(name)}`, 'nothing of this name', shown(recordOf(data)[name]));
    }
    case 'type':
      return at(instancePath, [given['type']].flat().map(String).join(' or '), shown(data));
    case 'enum':
      return at(instancePath, `one of ${listOf(given['allowedValues']).map(shown).join(', ')}`, shown(data));
    case 'const':
      return at(instancePath, shown(given['allowedValue']), shown(data));
    case 'format':
      return at(instancePath, `the format ${String(schema)}`, shown(data));
    case 'anyOf':
    case 'oneOf':
      return at(instancePath, 'one of the schemas of the contract', shown(data));
    default:
      return at(instancePath, (message ?? `what ${keyword} says`).replace(/^must (?:be )?/, ''), shown(data));
  }
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** A value as it stands in a line. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** What of `wanted` is not in `value`, place by place; a value may hold more. */
export function subsetMismatches(wanted: unknown, value: unknown, pointer = ''): ValueMismatch[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(value)) return [{ pointer, expected: 'a list', got: shown(value) }];
    return wanted.flatMap((entry, index) =>
      subsetMismatches(entry, (value as unknown[])[index], `${pointer}/${String(index)}`),
    );
  }
  if (isRecord(wanted)) {
    if (!isRecord(value)) return [{ pointer, expected: 'an object', got: shown(value) }];
    return Object.entries(wanted).flatMap(([name, entry]) =>
      subsetMismatches(
        entry,
        Object.hasOwn(value, name) ? value[name] : undefined,
        `${pointer}/${escaped(name)}`.slice(0, 500),
      ),
    );
  }
  return wanted === value ? [] : [{ pointer, expected: shown(wanted), got: shown(value) }];
}

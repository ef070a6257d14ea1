import {
  type JsonRecord,
  isRecord,
  listOf,
  recordOf,
  type Resolve,
} from '../../domain/contract/openapi-document';
import { textMatching } from './pattern-text';

/** What makes one example differ from another. */
export interface ValueSetting {
  readonly resolve: Resolve;
  /** Another number, another value, where the schema leaves a choice. */
  readonly variant: number;
  /** Values by property name, known to exist: ids of other resources, credentials. */
  readonly known?: Readonly<Record<string, unknown>>;
}

const MAX_DEPTH = 8;
/** Long, with all kinds of characters: what password policies ask for. */
export const EXAMPLE_PASSWORD = 'Probe-7Pw!x9Qz-aB3';

/** A value that satisfies a JSON schema as far as can be told; the same for the same setting. */
export function valueOf(schema: unknown, setting: ValueSetting, name = '', depth = 0): unknown {
  const at = merged(setting.resolve(schema), setting.resolve, depth);
  const known = setting.known;
  if (known !== undefined && Object.hasOwn(known, name)) return known[name];
  const given = givenValue(at, name, setting.variant);
  if (given !== undefined) return given.value;
  switch (typeOf(at)) {
    case 'object':
      return objectValue(at, setting, depth);
    case 'array': {
      if (depth >= MAX_DEPTH) return [];
      const length = Math.max(Number(at['minItems'] ?? 1), 0);
      return Array.from({ length: Math.min(length, 20) }, (_, index) =>
        valueOf(at['items'], { ...setting, variant: setting.variant + index }, name, depth + 1),
      );
    }
    case 'integer':
    case 'number':
      return numberValue(at, setting.variant);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return textValue(at, name, setting.variant);
  }
}

/** The schema with its `allOf` parts and the first of its choices in one. */
export function merged(schema: JsonRecord, resolve: Resolve, depth = 0): JsonRecord {
  if (depth > MAX_DEPTH) return schema;
  const choice = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])]
    .map(resolve)
    .find((option) => option['type'] !== 'null');
  const parts = [...listOf(schema['allOf']).map(resolve), ...(choice === undefined ? [] : [choice])];
  return parts
    .map((part) => merged(part, resolve, depth + 1))
    .reduce<JsonRecord>(
      (all, part) => ({
        ...all,
        ...part,
        properties: { ...recordOf(all['properties']), ...recordOf(part['properties']) },
        required: [...listOf(all['required']), ...listOf(part['required'])],
      }),
      schema,
    );
}

/** `type` of a schema in one word, guessed from its keywords where it is missing. */
export function typeOf(schema: JsonRecord): string {
  const type = schema['type'];
  if (typeof type === 'string') return type;
  const named = listOf(type).find((one) => one !== 'null');
  if (typeof named === 'string') return named;
  if (Object.keys(recordOf(schema['properties'])).length > 0) return 'object';
  if (schema['items'] !== undefined) return 'array';
  if (schema['minimum'] !== undefined || schema['maximum'] !== undefined) return 'integer';
  return isRecord(schema['additionalProperties']) ? 'object' : 'string';
}

/** Names whose values are often unique, so that a given example serves once only. */
const UNIQUE_NAME = /name|email|sku|code|slug|key|title|reference|number|^id$|phone|url|isbn|handle|tag/i;

function givenValue(at: JsonRecord, name: string, variant: number): { value: unknown } | undefined {
  if (at['const'] !== undefined) return { value: at['const'] };
  const choices = listOf(at['enum']).filter((one) => one !== null);
  if (choices.length > 0) return { value: choices[0] };
  const example = at['example'] ?? listOf(at['examples'])[0];
  const once = UNIQUE_NAME.test(name) && typeOf(at) === 'string';
  if (example !== undefined && !isRecord(example) && !(once && variant > 0)) return { value: example };
  if (at['default'] !== undefined && at['default'] !== null && !once) return { value: at['default'] };
  return undefined;
}

function objectValue(at: JsonRecord, setting: ValueSetting, depth: number): JsonRecord {
  const properties = recordOf(at['properties']);
  const required = new Set(listOf(at['required']));
  const names = Object.keys(properties).filter((name) => {
    if (setting.resolve(properties[name])['readOnly'] === true) return false;
    return required.has(name) || (setting.known !== undefined && Object.hasOwn(setting.known, name));
  });
  if (depth >= MAX_DEPTH) return {};
  return Object.fromEntries(names.map((name) => [name, valueOf(properties[name], setting, name, depth + 1)]));
}

function numberValue(at: JsonRecord, variant: number): number {
  const whole = typeOf(at) === 'integer';
  const step = typeof at['multipleOf'] === 'number' ? at['multipleOf'] : 1;
  const exclusive = at['exclusiveMinimum'];
  const least =
    typeof exclusive === 'number'
      ? exclusive + (whole ? 1 : step / 2)
      : Number(at['minimum'] ?? 1) + (exclusive === true ? 1 : 0);
  const aligned = Math.ceil(least / step) * step;
  const most = typeof at['maximum'] === 'number' ? at['maximum'] : Number.POSITIVE_INFINITY;
  const wanted = aligned + (variant % 7) * step;
  return wanted <= most ? wanted : Math.min(aligned, most);
}

function textValue(at: JsonRecord, name: string, variant: number): string {
  const minLength = Number(at['minLength'] ?? 0);
  const maxLength = Math.max(minLength, Number(at['maxLength'] ?? 10_000));
  if (typeof at['pattern'] === 'string') {
    const matching = textMatching(at['pattern'], { variant, minLength, maxLength });
    if (matching !== null) return matching;
  }
  const text = formattedText(typeof at['format'] === 'string' ? at['format'] : formatByName(name), variant);
  return text.padEnd(minLength, 'x').slice(0, maxLength);
}

function formatByName(name: string): string {
  if (/e-?mail/i.test(name)) return 'email';
  if (/passw|passphrase/i.test(name)) return 'password';
  if (/currency/i.test(name)) return 'currency';
  if (/country/i.test(name)) return 'country';
  if (/phone|mobile/i.test(name)) return 'phone';
  if (/(^|_)(ur[li]|website|link)$|Ur[li]$/i.test(name)) return 'uri';
  if (/(^|_)date$|Date$/.test(name)) return 'date';
  if (/(_at|At)$/.test(name)) return 'date-time';
  return '';
}

function formattedText(format: string, variant: number): string {
  const tail = String(variant).padStart(12, '0').slice(-12);
  switch (format) {
    case 'uuid':
      return `0b5e7a10-93c4-4f2d-8a61-${tail}`;
    case 'email':
    case 'idn-email':
      return `probe-${variant}@example.com`;
    case 'date':
      return '2026-01-15';
    case 'date-time':
      return '2026-01-15T10:00:00Z';
    case 'time':
      return '10:00:00Z';
    case 'duration':
      return 'P1D';
    case 'uri':
    case 'url':
    case 'iri':
      return `https://example.com/probe-${variant}`;
    case 'uri-reference':
      return `/probe-${variant}`;
    case 'hostname':
      return `probe-${variant}.example.com`;
    case 'ipv4':
      return '192.0.2.1';
    case 'ipv6':
      return '2001:db8::1';
    case 'byte':
      return Buffer.from(`probe ${variant}`).toString('base64');
    case 'password':
      return EXAMPLE_PASSWORD;
    case 'currency':
      return 'EUR';
    case 'country':
      return 'DE';
    case 'phone':
      return `+4930123${String(variant).padStart(4, '0')}`;
    default:
      return `probe-${variant}`;
  }
}

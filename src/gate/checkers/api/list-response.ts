import { isRecord, recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';
import type { ApiOperation } from '../../facts/api-description';
import {
  alternativesOf,
  contentOf,
  isJson,
  isOperational,
  isSuccess,
  isTemplate,
  responsesOf,
  segmentsOf,
  typeOf,
} from './spec-reading';
import { isSingular } from './words';

/** Names of a page's entries, besides the name of the collection itself. */
const ENTRIES = new Set(
  'data items results result content records entries rows list values elements docs hits nodes edges'.split(
    ' ',
  ),
);
/** What tells that an object with an array is a page. */
const PAGE =
  /^(?:next|prev|previous|total|count|has_?more|has_?next|page|pages|page_?info|pagination|meta|links|_links|cursor|offset|limit)/i;
/** What tells where in a list a page is. */
const PLACE = /^(?:next|prev|previous|has_?more|has_?next|page|page_?info|pagination|cursor|offset)/i;
/** A list that cannot have more entries than this is as good as a page. */
const SMALL = 1000;

/** The list an operation answers with. */
export interface ListResponse {
  /** The page object around the entries; null: the array itself. */
  readonly page: JsonRecord | null;
  readonly array: JsonRecord;
}

/** The list of a GET on a collection; null where it answers with something else, or with a list bounded by its schema. */
export function listResponseOf(operation: ApiOperation): ListResponse | null {
  if (operation.method !== 'GET' || isOperational(operation)) return null;
  const last = segmentsOf(operation.path).at(-1) ?? '';
  if (isTemplate(last)) return null;
  for (const declared of responsesOf(operation).filter(isSuccess)) {
    for (const { type, schema } of contentOf(declared.response)) {
      if (schema === null || !isJson(type)) continue;
      for (const option of alternativesOf(schema)) {
        const found = listIn(option, last);
        if (found !== null) return isSmall(found.array) ? null : found;
      }
    }
  }
  return null;
}

/** Whether an operation answers with entries of a collection. */
export function isListOperation(operation: ApiOperation): boolean {
  return listResponseOf(operation) !== null;
}

function listIn(schema: JsonRecord, collection: string): ListResponse | null {
  if (isListOfObjects(schema)) return { page: null, array: schema };
  const properties = Object.entries(recordOf(schema['properties']));
  const isPage = properties.some(([name]) => PAGE.test(name));
  // A cart has items and a total, too.
  if (isSingular(collection) && !properties.some(([name]) => PLACE.test(name))) return null;
  const wanted = normal(collection);
  for (const [name, value] of properties) {
    const isEntries = ENTRIES.has(name.toLowerCase()) || normal(name) === wanted;
    const option = isRecord(value) ? alternativesOf(value)[0] : undefined;
    if (option === undefined || !(isEntries || isPage)) continue;
    if (isListOfObjects(option)) return { page: schema, array: option };
    // `{ data: { items: [] } }`, `{ _embedded: { orders: [] } }`
    const inner = isEntries || name === '_embedded' ? Object.entries(recordOf(option['properties'])) : [];
    const array = inner
      .map(([, child]) => (isRecord(child) ? alternativesOf(child)[0] : undefined))
      .find((child) => child !== undefined && isListOfObjects(child));
    if (array !== undefined && (isPage || inner.some(([key]) => ENTRIES.has(key) || PAGE.test(key)))) {
      return { page: schema, array };
    }
  }
  return null;
}

const normal = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function isListOfObjects(schema: JsonRecord): boolean {
  if (typeOf(schema) !== 'array' || !isRecord(schema['items'])) return false;
  const items = schema['items'];
  // What is left of a reference is a circle of objects.
  return (
    typeof items['$ref'] === 'string' || alternativesOf(items).some((option) => typeOf(option) === 'object')
  );
}

function isSmall({ maxItems }: JsonRecord): boolean {
  return typeof maxItems === 'number' && maxItems <= SMALL;
}

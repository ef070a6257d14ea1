import { createResolver, type JsonRecord, type Resolve } from '../../domain/contract/openapi-document';
import { placeChanges, type ContractChanges } from '../changelog';
import { fieldsOf, type FieldBudget } from './fields';
import { operationsOf, textOf, type Operation } from './operations';

/** Places compared of one document at most; what is beyond them is not told. */
const MOST_FIELDS = 100_000;

/** What is different between two documents, operation by operation and field by field. */
export function openApiDifferences(before: JsonRecord, after: JsonRecord): ContractChanges {
  const [old, now] = [sideOf(before), sideOf(after)];
  const added = [...now.operations.keys()].filter((name) => !old.operations.has(name));
  const removed = [...old.operations.keys()].filter((name) => !now.operations.has(name));
  const changed = [...now.operations].flatMap(([name, operation]) => {
    const then = old.operations.get(name);
    if (then === undefined) return [];
    const changes = placeChanges(placesOf(then, old), placesOf(operation, now));
    return changes.length === 0 ? [] : [{ name, changes }];
  });
  return { noun: 'operations', added, removed, changed };
}

interface Side {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly resolve: Resolve;
  readonly budget: FieldBudget;
}

function sideOf(document: JsonRecord): Side {
  return {
    operations: new Map(operationsOf(document).map((operation) => [operation.name, operation])),
    resolve: createResolver(document),
    budget: { left: MOST_FIELDS },
  };
}

/** Every place of an operation in words, with what is said of it. */
function placesOf(operation: Operation, { resolve, budget }: Side): Map<string, string> {
  const places = new Map<string, string>();
  const enter = (place: string, schema: unknown): void => {
    for (const { pointer, type, required } of fieldsOf(schema, resolve, budget)) {
      places.set(
        `${place}${pointer === '' ? '' : ` ${pointer}`}`,
        `${type}${required ? '' : ', not always'}`,
      );
    }
  };
  for (const parameter of operation.parameters) {
    const place = `${textOf(parameter['in'])} parameter ${textOf(parameter['name'])}`;
    const [row] = fieldsOf(parameter['schema'] ?? {}, resolve, budget);
    places.set(place, `${row?.type ?? ''}${parameter['required'] === true ? ', required' : ''}`);
  }
  for (const { mediaType, media } of operation.body?.content ?? []) {
    enter(`request ${mediaType}`, media['schema'] ?? {});
  }
  for (const { status, content } of operation.responses) {
    if (content.length === 0) places.set(`answer ${status}`, 'no body');
    for (const { mediaType, media } of content) enter(`answer ${status} ${mediaType}`, media['schema'] ?? {});
  }
  if (operation.operation['deprecated'] === true) places.set('the operation', 'deprecated');
  return places;
}

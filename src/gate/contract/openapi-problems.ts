import {
  createResolver,
  isRecord,
  listOf,
  recordOf,
  type JsonRecord,
} from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';
import { listOperations } from '../facts/api/list-operations';
import type { SpecFinding } from '../checkers/api/spec-checker';
import { nameOf } from '../probes/operation-shape';

/** Answers that may be without a body. */
const BODILESS = new Set(['201', '202', '204', '205']);

/** What keeps a valid document from being a contract: nothing to call, answers nobody can know, references in circles. */
export function contractProblems(document: JsonRecord): readonly SpecFinding[] {
  const operations = listOperations(document, null);
  if (operations.length === 0) {
    return [{ key: 'operations', text: 'there is no operation in it (operations)', at: ['paths'] }];
  }
  return [...circlesIn(document), ...intricaciesIn(document), ...operations.flatMap(responseProblems)];
}

function responseProblems(operation: ApiOperation): SpecFinding[] {
  const { pointer, method } = operation;
  const say = (text: string, at: readonly string[] = []): SpecFinding => ({
    key: `responses ${nameOf(operation)} ${text}`,
    text: `${nameOf(operation)}: ${text} (responses)`,
    at: [...pointer, ...at],
  });
  const responses = Object.entries(recordOf(operation.operation['responses'])).filter(
    ([status]) => !status.startsWith('x-'),
  );
  const good = responses.filter(([status]) => /^[123]|^default$/i.test(status));
  if (responses.length === 0) return [say('it declares no response')];
  if (good.length === 0) return [say('it declares no answer to a request that succeeds', ['responses'])];
  if (method === 'HEAD' || method === 'OPTIONS') return [];
  return good
    .filter(([status]) => /^2|^default$/i.test(status) && !BODILESS.has(status))
    .filter(([, response]) => Object.keys(recordOf(recordOf(response)['content'])).length === 0)
    .map(([status]) =>
      say(`its answer ${status} has no content, so nobody knows what comes back`, ['responses', status]),
    );
}

/** References that lead to themselves without ever reaching something. */
function circlesIn(document: JsonRecord): SpecFinding[] {
  const resolve = createResolver(document);
  const found = new Map<string, SpecFinding>();
  const seen = new Set<object>();
  const waiting: { readonly value: unknown; readonly at: readonly string[] }[] = [
    { value: document, at: [] },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, at } = next;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const ref = isRecord(value) ? value['$ref'] : undefined;
    // An empty object is a schema, too; a chain that ends in none is none.
    if (typeof ref === 'string' && !found.has(ref) && isEndless(document, ref, resolve)) {
      found.set(ref, {
        key: `circle ${ref}`,
        text: `${ref.slice(0, 200)} leads to itself (no-circular-references)`,
        at,
      });
    }
    for (const [key, child] of Object.entries(value)) waiting.push({ value: child, at: [...at, key] });
  }
  return [...found.values()];
}

function isEndless(document: JsonRecord, ref: string, resolve: ReturnType<typeof createResolver>): boolean {
  if (Object.keys(resolve({ $ref: ref })).length > 0) return false;
  const visited = new Set<string>();
  for (let at: unknown = ref; typeof at === 'string';) {
    if (visited.has(at)) return true;
    visited.add(at);
    if (!at.startsWith('#/')) return false;
    at = recordOf(nodeAt(document, at))['$ref'];
  }
  return false;
}

function nodeAt(document: unknown, ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (node, step) => (isRecord(node) && Object.hasOwn(node, step) ? node[step] : undefined),
      document,
    );
}

/** Parts that one schema is made of, written out; everything that reads it would take that much time. */
const MOST_PARTS = 5000;

/** Schemas made of schemas made of schemas: each level multiplies. */
function intricaciesIn(document: JsonRecord): SpecFinding[] {
  const resolve = createResolver(document);
  const known = new Map<JsonRecord, number>();
  const partsOf = (value: unknown): number => {
    const schema = resolve(value);
    const found = known.get(schema);
    if (found !== undefined) return found;
    known.set(schema, 1); // what is made of itself
    const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((key) => listOf(schema[key]));
    const count = parts.reduce<number>((total, part) => Math.min(total + partsOf(part), 1e9), 1);
    known.set(schema, count);
    return count;
  };
  return Object.keys(recordOf(recordOf(document['components'])['schemas'])).flatMap((name) =>
    partsOf(recordOf(recordOf(document['components'])['schemas'])[name]) > MOST_PARTS
      ? [
          {
            key: `intricate ${name}`,
            text: `the schema ${name} is made of more than ${String(MOST_PARTS)} others (complexity)`,
            at: ['components', 'schemas', name],
          },
        ]
      : [],
  );
}

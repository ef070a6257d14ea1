import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import { isOperational, isTemplate, segmentsOf } from './spec-reading';
import { isListOperation } from './list-response';
import type { SpecFinding } from './spec-checker';
import { isSingular, isThing, wordsOf } from './words';

/** Verbs that say again what the method says. */
const VERBS = new Set(
  'get fetch retrieve create insert add update edit modify delete remove save destroy find'.split(' '),
);
/** As the whole of a segment these may be nouns where nothing is changed. */
const NOUNS_TOO = new Set(['update', 'edit', 'find', 'save']);
const FEW = 3;

/** Names of paths that break the conventions of REST, as far as that is sure. */
export function findNameFaults({ operations }: OpenApiDescription): SpecFinding[] {
  const ofClients = operations.filter((operation) => !isOperational(operation));
  const paths = firstOfEachPath(ofClients);
  return [
    ...findPathFaults(ofClients),
    ...paths.flatMap((operation) => singularFaults(operation, ofClients)),
    ...shapeFaults(paths),
  ];
}

/** Faults of single paths: verbs, and another case than kebab. */
export function findPathFaults(operations: readonly ApiOperation[]): SpecFinding[] {
  return firstOfEachKey([...operations.flatMap(verbFaults), ...caseFaults(firstOfEachPath(operations))]);
}

function firstOfEachKey(findings: readonly SpecFinding[]): SpecFinding[] {
  return [...new Map([...findings].reverse().map((finding) => [finding.key, finding])).values()].reverse();
}

function firstOfEachPath(operations: readonly ApiOperation[]): ApiOperation[] {
  return [
    ...new Map([...operations].reverse().map((operation) => [operation.path, operation])).values(),
  ].reverse();
}

const literalsOf = (path: string): string[] =>
  segmentsOf(path)
    .filter((segment) => !isTemplate(segment) && !segment.includes('.'))
    .map((segment) => segment.split(':')[0] ?? segment);

function verbFaults(operation: ApiOperation): SpecFinding[] {
  const segment = literalsOf(operation.path).find((name) => isVerb(name, operation.method));
  if (segment === undefined) return [];
  return [
    {
      key: `verb-in-path ${operation.path}`,
      text: `${operation.path} has the verb \`${segment}\`; the method is the verb, the path names a resource`,
      at: operation.pointer.slice(0, 2),
    },
  ];
}

function isVerb(segment: string, method: string): boolean {
  const words = wordsOf(segment);
  const [first = ''] = words;
  if (words.length === 1) {
    return VERBS.has(first) && (!NOUNS_TOO.has(first) || ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method));
  }
  if (isThing(words)) return false;
  // `list-items` are the items of a list; `listItems` is a function.
  return VERBS.has(first) || (first === 'list' && /^list[A-Z]/.test(segment));
}

const STYLES = {
  kebab: /^[a-z0-9]+(?:-[a-z0-9]+)+$/,
  snake: /^[a-z0-9]+(?:_[a-z0-9]+)+$/,
  camel: /^[a-z0-9]+(?:[A-Z][a-z0-9]*)+$/,
} as const;

/** Kebab case, unless the whole API has settled for another one. */
function caseFaults(paths: readonly ApiOperation[]): SpecFinding[] {
  const names = new Set(paths.flatMap(({ path }) => literalsOf(path)));
  const inStyle = (style: RegExp): number => [...names].filter((name) => style.test(name)).length;
  const counts = { kebab: inStyle(STYLES.kebab), snake: inStyle(STYLES.snake), camel: inStyle(STYLES.camel) };
  const settled =
    counts.kebab > 0
      ? null
      : counts.snake >= FEW && counts.camel === 0
        ? STYLES.snake
        : counts.camel >= FEW && counts.snake === 0
          ? STYLES.camel
          : null;
  return paths.flatMap((operation) => {
    const odd = literalsOf(operation.path).find(
      (name) => /[A-Z_]/.test(name.replace(/^_/, '')) && settled?.test(name) !== true,
    );
    if (odd === undefined) return [];
    const better = wordsOf(odd).join('-');
    return [
      {
        key: `path-case ${operation.path}`,
        text: `${operation.path} has the segment \`${odd}\`; write \`${better}\``,
        at: operation.pointer.slice(0, 2),
      },
    ];
  });
}

/** `/order/{id}` where `/order` lists orders or takes new ones, or where `/orders` stands beside it. */
function singularFaults(operation: ApiOperation, all: readonly ApiOperation[]): SpecFinding[] {
  const segments = segmentsOf(operation.path);
  const last = segments.at(-1) ?? '';
  const hasMember = (path: string): boolean =>
    all.some(
      (other) =>
        other.path.startsWith(`${path}/{`) && segmentsOf(other.path).length === segmentsOf(path).length + 1,
    );
  const fault = (name: string, path: string): SpecFinding => ({
    key: `singular-collection ${path}`,
    text: `${path} is a collection under the singular name \`${name}\`; name it in the plural`,
    at: operation.pointer.slice(0, 2),
  });
  if (!isTemplate(last)) {
    const isCollection = all.some(
      (other) =>
        other.path === operation.path &&
        (isListOperation(other) || (other.method === 'POST' && createsHere(other))),
    );
    return isSingular(last) && isCollection && hasMember(operation.path) ? [fault(last, operation.path)] : [];
  }
  const name = segments.at(-2) ?? '';
  const collection = `/${segments.slice(0, -1).join('/')}`;
  const plural = `${collection}s`;
  const isBeside =
    all.some((other) => other.path === plural) && !all.some((other) => other.path === collection);
  return isSingular(name) && isBeside ? [fault(name, collection)] : [];
}

const createsHere = ({ operation }: ApiOperation): boolean =>
  Object.hasOwn(Object(operation['responses']) as object, '201');

function shapeFaults(paths: readonly ApiOperation[]): SpecFinding[] {
  const ends = (slash: boolean): number => paths.filter(({ path }) => path.endsWith('/') === slash).length;
  const withSlash = ends(true);
  const withoutSlash = ends(false);
  return paths.flatMap((operation) => {
    const { path } = operation;
    const fault = (rule: string, text: string): SpecFinding => ({
      key: `${rule} ${path}`,
      text: `${path} ${text}`,
      at: operation.pointer.slice(0, 2),
    });
    return [
      ...(path.includes('?')
        ? [fault('query-in-path', 'has a query in its path; declare query parameters')]
        : []),
      ...(path.includes('//') ? [fault('empty-segment', 'has an empty segment')] : []),
      ...(path.endsWith('/') && path !== '/' && withoutSlash >= withSlash
        ? [fault('trailing-slash', 'ends in a slash, other paths do not')]
        : []),
      ...(!path.endsWith('/') && withSlash > withoutSlash
        ? [fault('trailing-slash', 'ends in no slash, other paths do')]
        : []),
    ];
  });
}

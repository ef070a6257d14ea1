import { looked, type SpecFinding, type SpecResult } from './spec-checker';
import { unwrapType, type ObjectFields, type SchemaSyntax } from './graphql-reading';
import { isThing, wordsOf } from './words';

const CHANGES = new Set(
  'create insert add update edit modify upsert replace rename delete remove destroy cancel activate deactivate approve reject enable disable publish unpublish revoke archive restore set send register'.split(
    ' ',
  ),
);
const PAGE_ARGUMENTS = new Set('first last limit take pagesize size perpage count'.split(' '));
const PLACE_ARGUMENTS = new Set('page offset skip after before cursor'.split(' '));
const SCALARS = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

/** Fields of Query that change something by their name: a query may be repeated and run in parallel. */
export function findChangingQueries({ objects, roots, lineOf }: SchemaSyntax): SpecFinding[] {
  return fieldsOf(objects, roots.query)
    .filter(({ name }) => {
      const words = wordsOf(name.value);
      return words.length > 1 && CHANGES.has(words[0] ?? '') && !isThing(words);
    })
    .map(({ name }) => ({
      key: `changing-query ${name.value}`,
      text: `${roots.query}.${name.value} changes something by its name; make it a mutation`,
      line: lineOf(name),
    }));
}

const fieldsOf = (objects: readonly ObjectFields[], root: string): ObjectFields['fields'] =>
  objects.find(({ name }) => name === root)?.fields ?? [];

/** Lists of Query, and connections anywhere, that take no argument for the size of a page. */
export function findUnpagedLists(schema: SchemaSyntax): SpecResult {
  const { objects, types, roots, lineOf } = schema;
  const leaves = new Set([
    ...SCALARS,
    ...types
      .filter((type) => type.kind.startsWith('Enum') || type.kind.startsWith('Scalar'))
      .map(({ name }) => name.value),
  ]);
  const lists = objects.flatMap(({ name, fields }) =>
    fields
      .filter((field) => {
        const type = unwrapType(field.type);
        if (/[a-z]Connection$/.test(type.name)) return true;
        return (
          name === roots.query && type.isList && !leaves.has(type.name) && !field.name.value.startsWith('_')
        );
      })
      .map((field) => ({ owner: name, field })),
  );
  if (lists.length === 0) {
    return {
      kind: 'nothing',
      rule: 'no-list-operations',
      reason: 'no field of Query is a list that can grow',
    };
  }
  const bare = lists.filter(({ field }) => !takesPage(field, schema));
  return looked(
    bare.map(({ owner, field }) => ({
      key: `unpaginated-list ${owner}.${field.name.value}`,
      text: `${owner}.${field.name.value} is a list without \`first\` or \`limit\``,
      line: lineOf(field.name),
    })),
    `${String(lists.length)} lists take the size of a page`,
  );
}

function takesPage(field: ObjectFields['fields'][number], { inputs }: SchemaSyntax): boolean {
  const isPage = (name: string): boolean => {
    const plain = name.toLowerCase().replace(/_/g, '');
    return PAGE_ARGUMENTS.has(plain) || PLACE_ARGUMENTS.has(plain);
  };
  return (field.arguments ?? []).some((argument) => {
    if (isPage(argument.name.value)) return true;
    const type = unwrapType(argument.type).name;
    // A single id list bounds the answer itself.
    if (unwrapType(argument.type).isList && /ids?$/i.test(argument.name.value)) return true;
    return inputs.some(
      ({ name, fields }) => name === type && fields.some((inner) => isPage(inner.name.value)),
    );
  });
}

/** Payloads of mutations without the errors that other payloads have. */
export function findOddPayloads({ objects, roots, lineOf }: SchemaSyntax): SpecResult {
  const payloads = fieldsOf(objects, roots.mutation).flatMap((field) => {
    const payload = objects.find(({ name }) => name === unwrapType(field.type).name);
    const errors = payload?.fields.find(({ name }) => /^(?:user)?errors$/i.test(name.value));
    return [{ field, errors: errors === undefined ? null : unwrapType(errors.type).name }];
  });
  const known = payloads.map(({ errors }) => errors).filter((name) => name !== null);
  const common = mostOften(known);
  if (common === null || known.length * 2 < payloads.length) {
    return {
      kind: 'nothing',
      rule: 'errors-of-graphql',
      reason: 'errors have the shape GraphQL prescribes; payloads have none of their own',
    };
  }
  return looked(
    payloads
      .filter(({ errors }) => errors !== common)
      .map(({ field, errors }) => ({
        key: `odd-payload ${field.name.value}`,
        text: `${roots.mutation}.${field.name.value} answers with ${errors === null ? 'no `errors`' : `errors of type ${errors}`}, others with ${common}`,
        line: lineOf(field.name),
      })),
    `${String(payloads.length)} mutations answer with errors of type ${common}`,
  );
}

function mostOften(names: readonly string[]): string | null {
  const count = (name: string): number => names.filter((other) => other === name).length;
  return names.reduce<string | null>(
    (best, name) => (best === null || count(name) > count(best) ? name : best),
    null,
  );
}

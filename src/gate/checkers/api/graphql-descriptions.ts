import type { SpecFinding } from './spec-checker';
import { isIntrospective, type SchemaSyntax } from './graphql-reading';

/** Names that the conventions of Relay explain. */
const KNOWN = new Set([
  'id',
  'node',
  'nodes',
  'edges',
  'cursor',
  'pageInfo',
  'first',
  'last',
  'after',
  'before',
  'clientMutationId',
]);

interface Described {
  readonly description?: { readonly value: string } | undefined;
}

const isDescribed = ({ description }: Described): boolean => (description?.value ?? '').trim() !== '';

/** Types, fields and arguments without a description. */
export function findUndescribed({ types, objects, inputs, roots, lineOf }: SchemaSyntax): SpecFinding[] {
  const rootNames = Object.values(roots);
  const gaps = (
    owner: string,
    node: Described & { readonly name: { readonly value: string } },
  ): SpecFinding[] =>
    isDescribed(node) || KNOWN.has(node.name.value) || isIntrospective(node.name.value)
      ? []
      : [
          {
            key: `undescribed ${owner}.${node.name.value}`,
            text: `${owner}.${node.name.value} has no description`,
            line: lineOf(node.name as Parameters<typeof lineOf>[0]),
          },
        ];
  return [
    ...types
      .filter(
        (type) =>
          !isDescribed(type) && !rootNames.includes(type.name.value) && !isIntrospective(type.name.value),
      )
      .map((type) => ({
        key: `undescribed ${type.name.value}`,
        text: `the type ${type.name.value} has no description`,
        line: lineOf(type.name),
      })),
    ...objects
      .filter(({ name }) => !/(?:Connection|Edge)$|^PageInfo$/.test(name))
      .flatMap(({ name, fields }) =>
        fields.flatMap((field) => [
          ...gaps(name, field),
          ...(field.arguments ?? []).flatMap((argument) => gaps(`${name}.${field.name.value}`, argument)),
        ]),
      ),
    ...inputs.flatMap(({ name, fields }) => fields.flatMap((field) => gaps(name, field))),
  ];
}

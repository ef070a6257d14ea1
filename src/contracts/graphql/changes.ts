import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import { placeChanges, type ContractChanges } from '../changelog';

/** What is different between two schemas, type by type and field by field. */
export async function graphqlDifferences(
  before: GraphQLSchema,
  after: GraphQLSchema,
): Promise<ContractChanges> {
  const graphql = await import('graphql');
  const partsOf = (type: GraphQLNamedType): Map<string, string> => {
    const parts = new Map<string, string>();
    if (graphql.isEnumType(type)) for (const { name } of type.getValues()) parts.set(name, 'a value');
    if (graphql.isUnionType(type)) for (const { name } of type.getTypes()) parts.set(name, 'a member');
    if (graphql.isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) parts.set(field.name, field.type.toString());
    }
    if (graphql.isObjectType(type) || graphql.isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        const gone =
          field.deprecationReason === undefined || field.deprecationReason === null ? '' : ', deprecated';
        parts.set(field.name, `${field.type.toString()}${gone}`);
        for (const arg of field.args) parts.set(`${field.name}(${arg.name}:)`, arg.type.toString());
      }
    }
    return parts;
  };
  const typesOf = (schema: GraphQLSchema): Map<string, GraphQLNamedType> =>
    new Map(
      Object.values(schema.getTypeMap())
        .filter((type) => !type.name.startsWith('__') && !graphql.isSpecifiedScalarType(type))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((type) => [type.name, type]),
    );
  const [old, now] = [typesOf(before), typesOf(after)];
  return {
    noun: 'types',
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now].flatMap(([name, type]) => {
      const then = old.get(name);
      if (then === undefined) return [];
      const changes = placeChanges(partsOf(then), partsOf(type));
      return changes.length === 0 ? [] : [{ name, changes }];
    }),
  };
}

import { readFileSync } from 'node:fs';
import { assertValidSchema, buildSchema, isObjectType, isScalarType } from 'graphql';
import { features } from '../features.js';
import { scalars } from './scalars.js';

const SDL = new URL('../../schema.graphql', import.meta.url);

/**
 * The schema of `schema.graphql` with the resolvers of all features.
 *
 * @returns {import('graphql').GraphQLSchema}
 * @throws {Error} for a resolver of a field that the schema does not have.
 */
export function loadSchema() {
  const schema = buildSchema(readFileSync(SDL, 'utf8'));
  assertValidSchema(schema);
  for (const [name, scalar] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (!isScalarType(type)) throw new Error(`There is no scalar ${name} in schema.graphql.`);
    Object.assign(type, scalar);
  }
  for (const { resolvers = {} } of features) {
    for (const [typeName, fields] of Object.entries(resolvers)) {
      for (const [fieldName, resolve] of Object.entries(fields)) attach(schema, typeName, fieldName, resolve);
    }
  }
  return schema;
}

function attach(schema, typeName, fieldName, resolve) {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (!field)
    throw new Error(`There is no field ${typeName}.${fieldName} in schema.graphql, but a resolver.`);
  if (field.resolve) throw new Error(`${typeName}.${fieldName} has two resolvers.`);
  field.resolve = resolve;
}

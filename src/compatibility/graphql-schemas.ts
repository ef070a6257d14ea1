import type { GraphQLSchema } from 'graphql';
import { breakingChange, type BreakingChange } from '../domain/contract/breaking-change';
import { readSpec } from './unreadable-spec';

/** Compares two GraphQL schemas in SDL. The library is loaded with the first one. */
export async function compareGraphqlSchemas(
  path: string,
  before: string,
  after: string,
): Promise<readonly BreakingChange[]> {
  const { buildSchema, findBreakingChanges, specifiedScalarTypes } = await import('graphql');
  // Directives of frameworks (federation) are declared elsewhere.
  const read = (which: 'before' | 'after', text: string): GraphQLSchema =>
    readSpec(which, path, () => buildSchema(text, { assumeValidSDL: true, noLocation: true }));
  const old = read('before', before);
  const scalars = specifiedScalarTypes.map(({ name }) => `Standard scalar ${name} `);
  return (
    findBreakingChanges(old, read('after', after))
      // That nothing uses a scalar any more breaks nobody by itself.
      .filter(({ description }) => !scalars.some((scalar) => description.startsWith(scalar)))
      .map(({ description }) => breakingChange('api', path, description))
  );
}

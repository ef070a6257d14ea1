import { GraphQLError } from 'graphql';

/** Kinds of errors in `errors` of an answer; what a mutation's caller can mend is a `UserError` instead. */
const MESSAGES = {
  UNAUTHENTICATED: 'Sign in first: this needs a valid access token.',
  FORBIDDEN: 'You may not do this.',
};

export const badInput = (message) => new GraphQLError(message, { extensions: { code: 'BAD_INPUT' } });

/** @param {keyof typeof MESSAGES} code */
export const refusal = (code) => new GraphQLError(MESSAGES[code], { extensions: { code } });

/**
 * What of an error callers may see: those made for them as they are, all others without a word about the inside.
 *
 * @param {Error} error
 * @returns {{ shown: GraphQLError, unexpected: Error | null }}
 */
export function maskError(error) {
  const original = error.originalError ?? error;
  if (original instanceof GraphQLError) return { shown: error, unexpected: null };
  const { nodes, path } = error;
  const shown = new GraphQLError('Something went wrong here; it was noted.', {
    nodes,
    path,
    extensions: { code: 'INTERNAL' },
  });
  return { shown, unexpected: original };
}

/** Gives errors without a code, such as those of the GraphQL library about a document, one. */
export function formatError(error) {
  const json = error instanceof GraphQLError ? error.toJSON() : { message: error.message };
  return { ...json, extensions: { code: 'BAD_REQUEST', ...json.extensions } };
}

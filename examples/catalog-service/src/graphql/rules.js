/** What the parser refuses: longer documents cost more to validate than they are worth. */
export const parseOptions = { maxTokens: 2_000 };

/**
 * What a document must keep to beside the rules of GraphQL itself, one line each. A row makes a validation rule for
 * one request; `variables` are as they were sent.
 *
 * @type {((request: {
 *   config: import('../config.js').Config,
 *   variables: Readonly<Record<string, unknown>>,
 * }) => import('graphql').ValidationRule)[]}
 */
export const rules = [];

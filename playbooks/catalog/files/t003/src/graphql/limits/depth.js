import { GraphQLError, Kind } from 'graphql';

/**
 * Refuses documents that nest deeper than the configuration says. Introspection is left to the standard rule about
 * it, which knows its shape.
 *
 * @param {{ config: import('../../config.js').Config }} request
 * @returns {import('graphql').ValidationRule}
 */
export const depthRule =
  ({ config: { queryMaxDepth } }) =>
  (context) => ({
    OperationDefinition(operation) {
      const depth = measureDepth(operation.selectionSet, (name) => context.getFragment(name));
      if (depth <= queryMaxDepth) return;
      const message = `This document is ${depth} levels deep, and ${queryMaxDepth} is the most.`;
      context.reportError(
        new GraphQLError(message, { nodes: operation, extensions: { code: 'QUERY_TOO_DEEP' } }),
      );
    },
  });

/** How many fields stand within one another at the deepest place. */
function measureDepth(selectionSet, getFragment) {
  /** Once for each fragment: a document of few words can reach the same one in a great many ways. */
  const depths = new Map();

  function ofFragment(name) {
    const known = depths.get(name);
    if (known !== undefined) return known;
    // While it is measured: one that contains itself is refused by another rule.
    depths.set(name, 0);
    const fragment = getFragment(name);
    const depth = fragment ? ofSelections(fragment.selectionSet) : 0;
    depths.set(name, depth);
    return depth;
  }

  function ofSelections({ selections }) {
    return selections.reduce((deepest, selection) => Math.max(deepest, ofSelection(selection)), 0);
  }

  function ofSelection(selection) {
    switch (selection.kind) {
      case Kind.FIELD:
        if (selection.name.value.startsWith('__')) return 0;
        return 1 + (selection.selectionSet ? ofSelections(selection.selectionSet) : 0);
      case Kind.INLINE_FRAGMENT:
        return ofSelections(selection.selectionSet);
      default:
        return ofFragment(selection.name.value);
    }
  }

  return ofSelections(selectionSet);
}

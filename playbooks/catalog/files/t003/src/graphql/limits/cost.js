import {
  GraphQLError,
  Kind,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isCompositeType,
} from 'graphql';
import { MAX_PAGE } from '../pages.js';

/** A mutation writes to disk; many in one document would pass by the limit on requests. */
const MUTATION_COST = 100;

/**
 * Refuses operations that may answer more than the configuration says. Every object costs 1, what stands on a page
 * as often as the page is long, and a mutation 100.
 *
 * @param {{ config: import('../../config.js').Config, variables: Readonly<Record<string, unknown>> }} request
 * @returns {import('graphql').ValidationRule}
 */
export const costRule =
  ({ config: { queryMaxCost }, variables }) =>
  (context) => ({
    OperationDefinition(operation) {
      const schema = context.getSchema();
      const root = schema.getRootType(operation.operation);
      const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
      // Variables that do not fit are refused before anything is executed.
      if (!root || !coerced) return;
      const cost = createMeter(context, coerced).costOf(operation.selectionSet, root, 1);
      if (cost <= queryMaxCost) return;
      const message = `This document costs ${cost}, and ${queryMaxCost} is the most; ask for shorter pages or fewer lists.`;
      context.reportError(
        new GraphQLError(message, { nodes: operation, extensions: { code: 'QUERY_TOO_COSTLY' } }),
      );
    },
  });

function createMeter(context, variables) {
  const schema = context.getSchema();
  /** Once for each fragment: a document of few words can reach the same one in a great many ways. */
  const fragments = new Map();

  /** @param {number} pageSize How often what stands under `edges` is answered. */
  function costOf({ selections }, type, pageSize) {
    return selections.reduce((sum, selection) => sum + costOfSelection(selection, type, pageSize), 0);
  }

  function costOfSelection(selection, type, pageSize) {
    switch (selection.kind) {
      case Kind.FIELD:
        return costOfField(selection, type, pageSize);
      case Kind.INLINE_FRAGMENT:
        return costOf(selection.selectionSet, typeNamed(selection.typeCondition, type), pageSize);
      default:
        return costOfFragment(selection.name.value, pageSize);
    }
  }

  function costOfField(node, type, pageSize) {
    const field = type.getFields?.()[node.name.value];
    const answered = field && getNamedType(field.type);
    // Introspection, and fields that are not in the schema, are for other rules.
    if (!field || !isCompositeType(answered) || !node.selectionSet) return 0;
    const inside = costOf(node.selectionSet, answered, pageSizeOf(field, node));
    if (type === schema.getMutationType()) return MUTATION_COST + inside;
    return 1 + inside * (node.name.value === 'edges' ? pageSize : 1);
  }

  function costOfFragment(name, pageSize) {
    const key = `${name} ${pageSize}`;
    const known = fragments.get(key);
    if (known !== undefined) return known;
    // While it is measured: one that contains itself is refused by another rule.
    fragments.set(key, 0);
    const fragment = context.getFragment(name);
    const type = fragment && typeNamed(fragment.typeCondition, null);
    const cost = type ? costOf(fragment.selectionSet, type, pageSize) : 0;
    fragments.set(key, cost);
    return cost;
  }

  function pageSizeOf(field, node) {
    if (!field.args.some((arg) => arg.name === 'first')) return 1;
    try {
      const { first } = getArgumentValues(field, node, variables);
      return Math.min(Math.max(first, 0), MAX_PAGE);
    } catch {
      // Arguments that do not fit are refused by another rule.
      return MAX_PAGE;
    }
  }

  function typeNamed(condition, otherwise) {
    const type = condition ? schema.getType(condition.name.value) : otherwise;
    return isCompositeType(type) ? type : otherwise;
  }

  return { costOf };
}

import type { BreakingChange } from '../domain/contract/breaking-change';
import type { Compatibility } from '../ports/compatibility';
import { compareGraphqlSchemas } from './graphql-schemas';
import { compareOpenApiDocuments } from './openapi-documents';
import { UnreadableSpec } from './unreadable-spec';

const GRAPHQL = /\.(?:graphqls?|gql)$/;

/** Compares API specs by the language their file's name tells. */
export function createCompatibility(): Compatibility {
  return {
    async compareSpecs({ path, before, after }) {
      try {
        const compare = GRAPHQL.test(path) ? compareGraphqlSchemas : compareOpenApiDocuments;
        return { kind: 'compared', changes: await compare(path, before, after) };
      } catch (error) {
        if (!(error instanceof UnreadableSpec)) throw error;
        const nothing: readonly BreakingChange[] = [];
        return error.which === 'before'
          ? { kind: 'compared', changes: nothing }
          : { kind: 'unreadable', reason: error.message };
      }
    },
  };
}

import type { BreakingChange } from '../domain/contract/breaking-change';

/** How two versions of an API spec compare; `unreadable` is about the newer one. */
export type SpecComparison =
  | { readonly kind: 'compared'; readonly changes: readonly BreakingChange[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Tells what clients of an API spec (OpenAPI or GraphQL) lose with a newer version of it. */
export interface Compatibility {
  /** `path` names the file. Where `before` cannot be read, nobody could rely on it and nothing is lost. */
  compareSpecs(request: {
    readonly path: string;
    readonly before: string;
    readonly after: string;
  }): Promise<SpecComparison>;
}

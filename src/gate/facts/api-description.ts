import { CannotTell } from '../checker';
import type { Inspection } from '../inspection';
import type { JsonRecord } from '../../domain/openapi-document';

/** One operation of an OpenAPI document, references resolved. */
export interface ApiOperation {
  /** operationId, or `GET /path` without one. */
  readonly id: string;
  readonly method: string;
  /** Templated, with the server's base path in front: `/v1/orders/{orderId}`. */
  readonly path: string;
  /** The operation object, `$ref`s resolved as far as they are not circular. */
  readonly operation: JsonRecord;
  /** Parameters of path and operation together. */
  readonly parameters: readonly JsonRecord[];
  /** Needs a caller: its own or the global `security` has a requirement that is not empty. */
  readonly secured: boolean;
}

/** The API of the service: its OpenAPI document, or its GraphQL schema. */
export type ApiDescription =
  | {
      readonly kind: 'openapi';
      /** Where it came from: a file of the tree, or an endpoint of the running service. */
      readonly source: string;
      readonly text: string;
      readonly document: JsonRecord;
      readonly operations: readonly ApiOperation[];
    }
  | { readonly kind: 'graphql'; readonly source: string; readonly text: string };

/** The API of the tree: a file of it, or what the running service answers. */
export function gatherApiDescription(_inspection: Inspection): Promise<ApiDescription> {
  return Promise.reject(new CannotTell('the API description cannot be read yet'));
}

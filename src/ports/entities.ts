/** Which entity workflow is meant: its id is the kind and a hash of the identity; the rest starts it if need be. */
export interface EntityAddress {
  readonly type: string;
  readonly kind: string;
  readonly identity: string;
  readonly input: object;
}

/** Long-lived workflows that others ask and tell things. */
export interface Entities {
  /** Sends an update and gives its answer, unparsed; the entity is started if need be. Throws what refuses it. */
  update(entity: EntityAddress, name: string, payload: object): Promise<unknown>;
  /** Answer of a query, unparsed; null where the entity does not run. */
  ask(entity: EntityAddress, query: string): Promise<unknown>;
  /** Whether a workflow runs; one that completed gives its result, unparsed. `gone`: ended otherwise, or unknown. */
  standingOf(
    workflowId: string,
  ): Promise<
    | { readonly kind: 'running' }
    | { readonly kind: 'completed'; readonly result: unknown }
    | { readonly kind: 'gone' }
  >;
}

/** Which entity workflow is meant, and what starts it where it does not run. */
export interface EntityAddress {
  readonly type: string;
  readonly id: string;
  readonly input: object;
}

/** Long-lived workflows that others ask and tell things. */
export interface Entities {
  /** Sends an update and gives its answer, unparsed; the entity is started if need be. Throws what refuses it. */
  update(entity: EntityAddress, name: string, payload: object): Promise<unknown>;
  /** Answer of a query, unparsed; null where the entity does not run. */
  ask(id: string, query: string): Promise<unknown>;
  /** Whether a workflow runs; one that completed gives its result, unparsed. `gone`: ended otherwise, or unknown. */
  standingOf(
    workflowId: string,
  ): Promise<
    | { readonly kind: 'running' }
    | { readonly kind: 'completed'; readonly result: unknown }
    | { readonly kind: 'gone' }
  >;
}

import type { GateSlug } from '../../src/domain/quality-gate/gate-items';

/** The clean twins defects are planted in: samples of the product, and a small Express service of the corpus. */
export const SERVICES = {
  express: 'bench/gates/services/express',
  fastify: 'examples/orders-service',
  fastapi: 'examples/inventory-service',
  spring: 'examples/billing-service',
  graphql: 'examples/catalog-service',
} as const;
export type ServiceName = keyof typeof SERVICES;

/** One change of a file of the clean twin. `find` must occur exactly once. */
export type Edit =
  | { readonly file: string; readonly find: string; readonly replace: string }
  | { readonly file: string; readonly content: string }
  | { readonly file: string; readonly remove: true };

/** A planted defect: on a branch that has it, exactly this item has to turn red against the clean base. */
export interface Defect {
  readonly name: string;
  readonly item: GateSlug;
  readonly service: ServiceName;
  readonly edits: readonly Edit[];
  /** Items that it may turn red as well, because it really breaks them too. */
  readonly also?: readonly GateSlug[];
}

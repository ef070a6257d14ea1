import { z } from 'zod';

const Headers = z.record(z.string().max(200), z.string().max(2000));
/** Empty, or a JSON pointer (RFC 6901). */
const Pointer = z.string().regex(/^(?:\/.*)?$/, 'a JSON pointer is empty or begins with /');

/** One exchange a consumer relies on. */
export const ContractExpectation = z.strictObject({
  name: z.string().min(1).max(200),
  request: z.strictObject({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
    /** As called, or a path of the contract: `{orderId}` is then filled with an order that exists. */
    path: z.string().startsWith('/').max(2000),
    headers: Headers.default({}),
    body: z.json().optional(),
    /** Which test user asks; absent: one, where the operation needs a caller. */
    asUser: z.enum(['nobody', 'first', 'second']).optional(),
  }),
  response: z.strictObject({
    status: z.int().min(100).max(599),
    headers: Headers.default({}),
    /** What has to be in the body; it may hold more. Lists are compared entry by entry, up to the last one given. */
    body: z.json().optional(),
    /** JSON Schemas of places in the body, by JSON pointer. */
    schemas: z.record(Pointer, z.record(z.string(), z.json())).default({}),
  }),
});
export type ContractExpectation = z.infer<typeof ContractExpectation>;

/** A file of `coordination.contracts.expectations`: what one consumer relies on. */
export const ContractExpectations = z.strictObject({
  version: z.literal(1),
  consumer: z.string().min(1).max(100),
  expectations: z.array(ContractExpectation).max(500),
});
export type ContractExpectations = z.infer<typeof ContractExpectations>;

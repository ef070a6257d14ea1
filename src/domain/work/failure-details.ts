import { z } from 'zod';
import { Usage } from '../usage/usage';

/** A provider (endpoint and key, hashed) that wants no calls for a while; a duration, since clocks differ. */
export const ProviderWall = z.strictObject({
  provider: z.string().max(64),
  waitMs: z.int().min(1),
  reason: z.string().max(300),
});
export type ProviderWall = z.infer<typeof ProviderWall>;

/** What travels with the failure of an activity that asks a model. */
export const FailureDetails = z.object({
  usage: Usage.nullable().default(null),
  wall: ProviderWall.nullable().default(null),
});
export type FailureDetails = z.infer<typeof FailureDetails>;

/** What details of a failure or a heartbeat say was used; null: nothing, or they do not say. */
export function usageTold(details: unknown): Usage | null {
  return FailureDetails.safeParse(details).data?.usage ?? null;
}

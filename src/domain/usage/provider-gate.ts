import { z } from 'zod';

/*
 * One gate for each provider (endpoint and key, hashed). Whoever meets a wall reports it; the gate tells every open
 * objective on that provider, holds the wall as a durable timer and tells them all when it has passed.
 */

export const PROVIDER_GATE_WORKFLOW = 'providerGateWorkflow';
/** Signal to the gate; payload: {@link WallReport}. */
export const WALL_MET = 'wallMet';
/** Signals to objectives; payloads: {@link WallNotice} and `{ provider }`. */
export const PROVIDER_WALL = 'providerWall';
export const PROVIDER_OPEN = 'providerOpen';

const Provider = z.string().min(1).max(64);

export const WallReport = z.strictObject({
  provider: Provider,
  objectiveId: z.string(),
  waitMs: z.int().min(1),
  reason: z.string().max(300),
});
export type WallReport = z.infer<typeof WallReport>;

/** A wall as objectives that did not meet it themselves hear of it. */
export const WallNotice = z.strictObject({
  provider: Provider,
  waitMs: z.int().min(1),
  reason: z.string().max(300),
});
export type WallNotice = z.infer<typeof WallNotice>;

export const ProviderOpen = z.strictObject({ provider: Provider });

/** Id of a provider's gate; it runs only while there is a wall. */
export function providerGateId(provider: string): string {
  return `provider-gate-${provider}`;
}

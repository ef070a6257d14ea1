import { z } from 'zod';

/** Something a human said to a task; `seq` grows, so that each is told once. */
export const SteeringNote = z.strictObject({ seq: z.int().min(1), text: z.string().max(8300) });
export type SteeringNote = z.infer<typeof SteeringNote>;

/** What an attempt reads before each turn of the model: the answer of the query `attemptMailbox`. */
export const Mail = z.strictObject({
  paused: z.boolean(),
  steering: z.array(SteeringNote).max(20),
  /** Milliseconds the provider wants no calls for; null: it takes calls. */
  wallMs: z.int().min(0).nullable(),
});
export type Mail = z.infer<typeof Mail>;

export const NO_MAIL: Mail = { paused: false, steering: [], wallMs: null };

import { z } from 'zod';

/** A migration identifier handed out, and whether it is a number, a time or a revision the tool makes itself. */
export const MigrationSlot = z.strictObject({
  /** Identifier as it begins a file's name, e.g. `0003`; null: the tool numbers by itself. */
  identifier: z.string().max(60).nullable(),
  /** Other objectives whose migrations come before, newest last. */
  after: z.array(z.strictObject({ objectiveId: z.string(), identifier: z.string() })).max(50),
});
export type MigrationSlot = z.infer<typeof MigrationSlot>;

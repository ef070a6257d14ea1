import { z } from 'zod';
import { BlobRef } from './blob';
import { BreakingChange } from './breaking-change';

/** What a reviewer is shown of a bundle's manifest; its other fields are let through unread. */
export const ShownContract = z.looseObject({
  name: z.string(),
  hash: z.string(),
  files: z.array(z.looseObject({ path: z.string(), blob: BlobRef })),
  operations: z.array(z.looseObject({ name: z.string() })),
  breaking: z.array(BreakingChange),
});
export type ShownContract = z.infer<typeof ShownContract>;

import { z } from 'zod';
import { ContractPolicy, WatchSettings } from './coordination-settings';

/** What an objective coordinates, settled by the survey; absent in histories from before: nothing. */
export const CoordinationRules = z.strictObject({
  contracts: z.strictObject({ review: ContractPolicy, deadlineHours: z.number().positive() }),
  /** Whether there is a database whose changes are coordinated. */
  database: z.boolean(),
  watch: WatchSettings,
});
export type CoordinationRules = z.infer<typeof CoordinationRules>;

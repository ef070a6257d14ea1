import { z } from 'zod';
import type { CommandContext, OptionRow } from './command';
import { userName } from './user-name';

/** Who says so; recorded as a claim. */
export const ByFlag = z.string().trim().min(1, 'must not be empty').max(200).optional();

export const BY_OPTION: OptionRow = {
  flags: '--by <name>',
  help: 'who says so (default: you, at this command)',
};

export function byOf(flag: string | undefined, context: Pick<CommandContext, 'environment'>): string {
  return flag ?? `${userName(context)}@cli`;
}

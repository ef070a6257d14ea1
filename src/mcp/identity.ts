import { z } from 'zod';
import { ObjectiveId, ObjectiveOrWatchId } from '../domain/objective/objective-id';

/** Of who decides, in characters: messages take 200 with what is added here. */
const LONGEST_NAME = 90;

export const ObjectiveIdArgument = ObjectiveId.describe(
  'id of the objective, as list_objectives and start_objective tell it',
);

/** Of an objective, or of the watch over its deployment. */
export const ObjectiveOrWatchArgument = ObjectiveOrWatchId.describe(
  'id of the objective, or <id>/deployment for the watch over its deployment',
);

export const ByArgument = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_NAME)
  .optional()
  .describe('who decides; recorded as a claim, without it the name of the MCP client');

/** Who says so, as it is recorded: `<given or client name>@mcp`. */
export function byOf(given: string | undefined, client: string | undefined): string {
  const name = (given ?? client ?? '').replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return `${[...(name === '' ? 'client' : name)].slice(0, LONGEST_NAME).join('')}@mcp`;
}

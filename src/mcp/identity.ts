import { z } from 'zod';
import { deploymentWatchId, isDeploymentWatchId } from '../domain/deployment-watch';
import { OBJECTIVE_ID } from '../domain/objective';

/** Of who decides, in characters: messages take 200 with what is added here. */
const LONGEST_NAME = 90;

/** The id of an objective; no path, slash or escape gets through. */
export const ObjectiveIdArgument = z
  .string()
  .max(200)
  .regex(OBJECTIVE_ID, 'is no id of an objective; list_objectives shows what there is')
  .describe('id of the objective, as list_objectives and start_objective tell it');

/** The id of an objective, or of the watch over its deployment: `<id>/deployment`. */
export const ObjectiveOrWatchArgument = z
  .string()
  .max(220)
  .refine(isObjectiveOrWatchId, 'is no id of an objective; list_objectives shows what there is')
  .describe('id of the objective, or <id>/deployment for the watch over its deployment');

export const ByArgument = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_NAME)
  .optional()
  .describe('who decides; recorded as a claim, without it the name of the MCP client');

function isObjectiveOrWatchId(id: string): boolean {
  const objective = isDeploymentWatchId(id) ? id.slice(0, -deploymentWatchId('').length) : id;
  return OBJECTIVE_ID.test(objective);
}

/** Who says so, as it is recorded: `<given or client name>@mcp`. */
export function byOf(given: string | undefined, client: string | undefined): string {
  const name = (given ?? client ?? '').replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return `${[...(name === '' ? 'client' : name)].slice(0, LONGEST_NAME).join('')}@mcp`;
}

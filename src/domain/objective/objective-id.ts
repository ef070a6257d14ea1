import { z } from 'zod';
import { deploymentWatchId, isDeploymentWatchId } from '../deployment/deployment-watch';
import { OBJECTIVE_ID } from './objective';

/** The id of an objective as it comes from outside; no path, slash or escape gets through. */
export const ObjectiveId = z
  .string()
  .max(200)
  .regex(OBJECTIVE_ID, 'is no id of an objective; list_objectives shows what there is');

/** The id of an objective, or of the watch over its deployment: `<id>/deployment`. */
export const ObjectiveOrWatchId = z
  .string()
  .max(220)
  .refine(
    (id) => OBJECTIVE_ID.test(objectiveOf(id)),
    'is no id of an objective; list_objectives shows what there is',
  );

/** How contracts are called, see `contractName`. */
export const ContractName = z.string().regex(/^[a-z0-9-]{1,100}$/, 'is no name of a contract');

/** The id of a question: what it is about, and its number. */
export const EscalationId = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,70}-E[1-9][0-9]{0,5}$/, 'is no id of a question');

/** The objective that an id is of, its own or its watch's. */
function objectiveOf(id: string): string {
  return isDeploymentWatchId(id) ? id.slice(0, -deploymentWatchId('').length) : id;
}

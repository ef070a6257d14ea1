import { deploymentWatchId, isDeploymentWatchId } from '../domain/deployment/deployment-watch';
import { OBJECTIVE_ID } from '../domain/objective/objective';
import { TaskId } from '../domain/plan/plan';
import { ConfigurationError } from '../domain/common/user-error';

/** The n-th argument; commander has made sure that required ones are there. */
export function argument(args: readonly string[], index: number): string {
  const value = args[index];
  if (value === undefined) throw new ConfigurationError('An argument is missing; see --help.');
  return value;
}

/** @throws ConfigurationError when the text cannot be the id of an objective. */
export function objectiveIdArgument(args: readonly string[], index = 0): string {
  const id = argument(args, index);
  if (!OBJECTIVE_ID.test(id)) {
    throw new ConfigurationError(`There is no objective ${id}; \`list\` shows what there is.`);
  }
  return id;
}

/**
 * The id of an objective, or of the watch over its deployment: `<id>/deployment`.
 * @throws ConfigurationError when the text can be neither
 */
export function objectiveOrWatchArgument(args: readonly string[], index = 0): string {
  const id = argument(args, index);
  if (!isDeploymentWatchId(id)) return objectiveIdArgument(args, index);
  return deploymentWatchId(objectiveIdArgument([id.slice(0, -deploymentWatchId('').length)]));
}

/** A task id as written in full, or short: `T3` and `3` mean backend-T003. */
export function taskIdArgument(text: string): TaskId {
  const short = /^(?:backend-)?[Tt]?([0-9]{1,6})$/.exec(text.trim());
  const parsed = TaskId.safeParse(short?.[1] === undefined ? text : `backend-T${short[1].padStart(3, '0')}`);
  if (!parsed.success)
    throw new ConfigurationError(`${text} is no task id; a task id looks like backend-T001.`);
  return parsed.data;
}

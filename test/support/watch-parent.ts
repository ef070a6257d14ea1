import { sleep } from '@temporalio/workflow';
import type { DeploymentWatchInput } from '../../src/domain/deployment/deployment-watch';
import { startWatch } from '../../workflows/start-watch';

export { deploymentWatchWorkflow } from '../../workflows/deployment-watch';

/** Starts a watch twice, as a delivery that is repeated would, and ends or stays to be cancelled. */
export async function deliveringWorkflow(input: DeploymentWatchInput, stay: boolean): Promise<string> {
  await startWatch(input);
  await startWatch(input);
  if (stay) await sleep('1 day');
  return 'delivered';
}

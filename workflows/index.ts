export { deploymentWatchWorkflow } from './deployment-watch';
export { objectiveWorkflow } from './objective';
export { providerGateWorkflow } from './provider-gate';

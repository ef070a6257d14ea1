export { objectiveWorkflow } from './objective';
export { providerGateWorkflow } from './provider-gate';
export { repositoryWorkflow } from './repository';

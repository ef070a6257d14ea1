export { apiContractWorkflow } from './api-contract';
export { databaseChangeWorkflow } from './database-change';
export { deploymentWatchWorkflow } from './deployment-watch';
export { objectiveWorkflow } from './objective';
export { providerGateWorkflow } from './provider-gate';
export { repositoryWorkflow } from './repository';

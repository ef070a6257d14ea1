export { apiContractWorkflow } from './api-contract';
export { databaseChangeWorkflow } from './database-change';
export { deploymentWatchWorkflow } from './deployment-watch';
export { notificationsWorkflow } from './notifications';
export { objectiveWorkflow } from './objective';
export { providerGateWorkflow } from './provider-gate';
export { repositoryWorkflow } from './repository';

export { apiContractWorkflow } from './api-contract';
export { databaseChangeWorkflow } from './database-change';
export { objectiveWorkflow } from './objective';
export { providerGateWorkflow } from './provider-gate';

export { objectiveWorkflow } from './objective';
export { providerGateWorkflow } from './provider-gate';

export { objectiveWorkflow } from './objective';

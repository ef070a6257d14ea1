import { z } from 'zod';

/**
 * The structured questions asked of a model; the name is the title of the answer's JSON schema, by which a
 * request can be told apart without reading its prose.
 */
const MODEL_QUESTIONS = [
  'analyse',
  'plan',
  'consult',
  'review',
  'context',
  'inspect',
  'compare',
  'design-migration',
  'plan-deployment',
  'choose-rollout',
  'validate-contract',
] as const;
export const ModelQuestion = z.enum(MODEL_QUESTIONS);
export type ModelQuestion = z.infer<typeof ModelQuestion>;

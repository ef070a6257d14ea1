import { z } from 'zod';

/**
 * The structured questions asked of a model; the name is the title of the answer's JSON schema, by which a
 * request can be told apart without reading its prose.
 */
export const QUESTIONS = ['analyse', 'plan', 'consult', 'review'] as const;
export const Question = z.enum(QUESTIONS);
export type Question = z.infer<typeof Question>;

import type { Defect } from './defect';

/** Every planted defect, by family of checkers. */
export const DEFECTS: readonly Defect[] = [];

import type { Defect } from './defect';
import { TESTS_DEFECTS } from './defects/tests';

/** Every planted defect, by family of checkers. */
export const DEFECTS: readonly Defect[] = [...TESTS_DEFECTS];

import type { Defect } from './defect';
import { API_DEFECTS } from './defects/api';
import { DATABASE_DEFECTS } from './defects/database';
import { PERFORMANCE_DEFECTS } from './defects/performance';
import { TESTS_DEFECTS } from './defects/tests';

/** Every planted defect, by family of checkers. */
export const DEFECTS: readonly Defect[] = [
  ...API_DEFECTS,
  ...DATABASE_DEFECTS,
  ...PERFORMANCE_DEFECTS,
  ...TESTS_DEFECTS,
];

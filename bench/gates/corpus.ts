import type { Defect } from './defect';
import { API_DEFECTS } from './defects/api';
import { DATABASE_DEFECTS } from './defects/database';
import { PERFORMANCE_DEFECTS } from './defects/performance';
import { PROBES_DEFECTS } from './defects/probes';
import { SOURCE_DEFECTS } from './defects/source';
import { TESTS_DEFECTS } from './defects/tests';

/** Every planted defect, by family of checkers. */
export const DEFECTS: readonly Defect[] = [
  ...API_DEFECTS,
  ...DATABASE_DEFECTS,
  ...PERFORMANCE_DEFECTS,
  ...PROBES_DEFECTS,
  ...SOURCE_DEFECTS,
  ...TESTS_DEFECTS,
];

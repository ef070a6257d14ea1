import type { Defect } from './defect';
import { DATABASE_DEFECTS } from './defects/database';
import { PERFORMANCE_DEFECTS } from './defects/performance';

/** Every planted defect, by family of checkers. */
export const DEFECTS: readonly Defect[] = [...DATABASE_DEFECTS, ...PERFORMANCE_DEFECTS];

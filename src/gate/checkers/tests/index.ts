import type { GateChecker } from '../../checker';
import { endpointTests } from './endpoint-tests';
import { testCoverage } from './test-coverage';
import { unitTests } from './unit-tests';

/** What the target's own tests reach: items 12, 31, 32 and 34. */
export const TESTS_CHECKERS: readonly GateChecker[] = [testCoverage, unitTests, endpointTests];

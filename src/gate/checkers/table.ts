import type { GateChecker } from '../checker';
import { API_CHECKERS } from './api';
import { DATABASE_CHECKERS } from './database';
import { DOCS_CHECKERS } from './docs';
import { PERFORMANCE_CHECKERS } from './performance';
import { PROBE_CHECKERS } from './probes';
import { SCHEMATHESIS_CHECKER } from './probes/schemathesis';
import { SOURCE_CHECKERS } from './source';
import { TESTS_CHECKERS } from './tests';

/**
 * Every checker of the 40 items, by family. Adding one is writing it beside its kin and naming it in their index;
 * `build`, `tests` and `style-guide` are the target's own commands (`target-commands.ts`).
 */
export const GATE_CHECKERS: readonly GateChecker[] = [
  ...API_CHECKERS,
  ...SOURCE_CHECKERS,
  ...PROBE_CHECKERS,
  ...PERFORMANCE_CHECKERS,
  ...TESTS_CHECKERS,
  ...DATABASE_CHECKERS,
  ...DOCS_CHECKERS,
  // Last: where several find nothing, the first one says why the item passes.
  SCHEMATHESIS_CHECKER,
];

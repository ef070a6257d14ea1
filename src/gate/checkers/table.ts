import type { GateChecker } from '../checker';
import { PROBE_CHECKERS } from './probes';

/**
 * Every checker of the 40 items, by section of the charter. Adding one is writing it beside its kin and naming it here;
 * `build`, `tests` and `style-guide` are the target's own commands (`target-commands.ts`).
 */
export const GATE_CHECKERS: readonly GateChecker[] = [...PROBE_CHECKERS];

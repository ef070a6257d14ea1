import type { GateChecker } from '../../checker';
import { RULE_CHECKERS } from './rule-checkers';

/** Checkers that read sources, their history and what a change does to the tests. */
export const SOURCE_CHECKERS: readonly GateChecker[] = [...RULE_CHECKERS];

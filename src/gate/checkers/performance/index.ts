import type { GateChecker } from '../../checker';
import { survivesDatabaseLoss } from './database-loss';
import { refusesWithoutSecrets } from './refuses-without';
import { underLoad } from './under-load';

/** Checkers that run the service for themselves: under load, without its variables, without its database. */
export const PERFORMANCE_CHECKERS: readonly GateChecker[] = [
  underLoad,
  refusesWithoutSecrets,
  survivesDatabaseLoss,
];

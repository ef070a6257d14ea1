import type { GateChecker } from '../../checker';
import { AUTHENTICATION } from './authentication';
import { AUTHORIZATION } from './authorization';
import { BRUTE_FORCE } from './brute-force';
import { CORS } from './cors';
import { ERROR_RESPONSES } from './error-responses';
import { LOGGING_CONTEXT, NO_SENSITIVE_LOGS } from './logs';
import { PAGINATION } from './pagination';
import { RATE_LIMITING } from './rate-limiting';
import { RESPONSE_CODES } from './response-codes';
import { SQL_INJECTION } from './sql-injection';

/** Checkers that speak to the running service. They share instances: one that is asked, one that is asked too often. */
export const PROBE_CHECKERS: readonly GateChecker[] = [
  RESPONSE_CODES,
  ERROR_RESPONSES,
  AUTHENTICATION,
  AUTHORIZATION,
  CORS,
  PAGINATION,
  LOGGING_CONTEXT,
  NO_SENSITIVE_LOGS,
  SQL_INJECTION,
  BRUTE_FORCE,
  RATE_LIMITING,
];

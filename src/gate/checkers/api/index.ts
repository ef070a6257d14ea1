import type { GateChecker } from '../../checker';
import { API_DOCUMENT_CHECKER } from './documentation';
import { createSpecChecker } from './spec-checker';
import { SPEC_RULES } from './spec-rules';
import { TESTED_ROUTES_CHECKER } from './tested-routes';

/** What the API description itself decides: names, methods, codes, errors, pages, versions and documentation. */
export const API_CHECKERS: readonly GateChecker[] = [
  ...SPEC_RULES.map(createSpecChecker),
  API_DOCUMENT_CHECKER,
  TESTED_ROUTES_CHECKER,
];

import type { GateChecker } from '../../checker';
import { API_DOCUMENT_CHECKER } from './documentation';
import { CODE_ROUTES_CHECKER } from './code-routes';
import { OASDIFF_CHECKER } from './oasdiff';
import { ROUTE_CHECKERS } from './route-conventions';
import { SERVED_OPERATIONS_CHECKER } from './served-operations';
import { createSpecChecker } from './spec-checker';
import { SPEC_RULES } from './spec-rules';
import { TESTED_ROUTES_CHECKER } from './tested-routes';

/** What the API description itself decides: names, methods, codes, errors, pages, versions and documentation. */
export const API_CHECKERS: readonly GateChecker[] = [
  ...SPEC_RULES.map(createSpecChecker),
  API_DOCUMENT_CHECKER,
  ...ROUTE_CHECKERS,
  CODE_ROUTES_CHECKER,
  SERVED_OPERATIONS_CHECKER,
  TESTED_ROUTES_CHECKER,
  OASDIFF_CHECKER,
];

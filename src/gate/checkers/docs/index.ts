import type { GateChecker } from '../../checker';
import { deployDocs } from './deploy-docs';
import { knownLimitations } from './known-limitations';

/** Documents for those who run the service: items 39 and 40, the half that rules decide. */
export const DOCS_CHECKERS: readonly GateChecker[] = [deployDocs, knownLimitations];

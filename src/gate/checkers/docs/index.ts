import type { GateChecker } from '../../checker';
import { deployDocs } from './deploy-docs';
import { deployDrill } from './deploy-drill';
import { knownLimitations } from './known-limitations';

/** Documents for those who run the service: items 39 and 40, the half that rules decide. */
export const DOCS_CHECKERS: readonly GateChecker[] = [deployDocs, deployDrill, knownLimitations];

import type { GateChecker } from '../../checker';
import { BANDIT_CHECKER } from './adapters/bandit';
import { GITLEAKS_CHECKER } from './adapters/gitleaks';
import { SPOTBUGS_CHECKER } from './adapters/spotbugs';
import { ENVIRONMENT_FILES_CHECKER } from './environment-files';
import { GUARDED_FILES_CHECKER } from './guarded/guarded-files';
import { RULE_CHECKERS } from './rule-checkers';
import { SECRET_CHECKER } from './secrets/secret-checker';

/** Checkers that read sources, their history and what a change does to the tests. */
export const SOURCE_CHECKERS: readonly GateChecker[] = [
  ...RULE_CHECKERS,
  SECRET_CHECKER,
  GITLEAKS_CHECKER,
  BANDIT_CHECKER,
  SPOTBUGS_CHECKER,
  ENVIRONMENT_FILES_CHECKER,
  GUARDED_FILES_CHECKER,
];

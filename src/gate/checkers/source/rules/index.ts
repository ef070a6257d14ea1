import type { SourceRule } from '../engine/rule';
import { JAVA_ERROR_RULES } from './java-errors';
import { JAVA_RUNTIME_RULES } from './java-runtime';
import { JAVA_SECURITY_RULES } from './java-security';
import { JAVA_TEST_RULES } from './java-tests';
import { JAVASCRIPT_CORS_RULES } from './javascript-cors';
import { JAVASCRIPT_ERROR_RULES } from './javascript-errors';
import { JAVASCRIPT_SECURITY_RULES } from './javascript-security';
import { JAVASCRIPT_RUNTIME_RULES } from './javascript-runtime';
import { JAVASCRIPT_TEST_RULES } from './javascript-tests';
import { LOGGING_RULES } from './logging';
import { PYTHON_ERROR_RULES } from './python-errors';
import { PYTHON_RUNTIME_RULES } from './python-runtime';
import { PYTHON_SECURITY_RULES } from './python-security';
import { PYTHON_TEST_RULES } from './python-tests';
import { SQL_INJECTION_RULES } from './sql-injection';

/** Every rule over syntax trees. Adding one is adding a row to its file. */
export const SOURCE_RULES: readonly SourceRule[] = [
  ...SQL_INJECTION_RULES,
  ...JAVASCRIPT_ERROR_RULES,
  ...JAVASCRIPT_SECURITY_RULES,
  ...JAVASCRIPT_CORS_RULES,
  ...JAVASCRIPT_RUNTIME_RULES,
  ...JAVASCRIPT_TEST_RULES,
  ...LOGGING_RULES,
  ...PYTHON_ERROR_RULES,
  ...PYTHON_SECURITY_RULES,
  ...PYTHON_RUNTIME_RULES,
  ...PYTHON_TEST_RULES,
  ...JAVA_ERROR_RULES,
  ...JAVA_SECURITY_RULES,
  ...JAVA_RUNTIME_RULES,
  ...JAVA_TEST_RULES,
];

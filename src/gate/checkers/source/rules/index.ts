import type { SourceRule } from '../engine/rule';
import { SQL_INJECTION_RULES } from './sql-injection';

/** Every rule over syntax trees. Adding one is adding a row to its file. */
export const SOURCE_RULES: readonly SourceRule[] = [...SQL_INJECTION_RULES];

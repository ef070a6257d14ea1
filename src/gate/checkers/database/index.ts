import type { GateChecker } from '../../checker';
import { backupPlan } from './backup-plan';
import { dbTests } from './db-tests';
import { dbValidation } from './db-validation';
import { foreignKeyIndexes } from './foreign-key-indexes';
import { migrationsTested } from './migrations';
import { nPlusOne } from './n-plus-one';
import { queryIndexes } from './query-indexes';
import { schemaDocs } from './schema-docs';
import { schemaShape } from './schema-shape';

/** Everything about the database, decided on a PostgreSQL with the migrations of the tree. */
export const DATABASE_CHECKERS: readonly GateChecker[] = [
  nPlusOne,
  foreignKeyIndexes,
  schemaShape,
  queryIndexes,
  migrationsTested,
  backupPlan,
  dbValidation,
  dbTests,
  schemaDocs,
];

import {
  actionsOf,
  createdTables,
  harmOfAction,
  newStatements,
  type MigrationFile,
} from './migration-changes';
import { tableKey } from '../plan/plan-claims';

/** What a migration does to a table that was there before. */
export interface TableEffect {
  readonly path: string;
  /** Whether it is about the table of this name, as `tableKey` writes it. */
  readonly names: (table: string) => boolean;
  readonly what: string;
  /** Nobody who reads or writes the table notices. */
  readonly additive: boolean;
}

const ALTER = /^alter table (?:if exists )?(?:only )?((?:"[^"]*"|`[^`]*`|[\w.$])+) (.*)$/i;
const DROPPED = /^drop (?:foreign )?table (?:if exists )?(.+?)(?: cascade| restrict)?$/i;
const EMPTIED =
  /^truncate (?:table )?(?:only )?(.+?)(?: restart identity| continue identity)?(?: cascade| restrict)?$/i;
const DELETED = /^delete from (?:only )?((?:"[^"]*"|`[^`]*`|[\w.$])+)(?!.*\bwhere\b)/i;
const SCHEMA = /^drop schema (?:if exists )?(.+?)(?: cascade| restrict)?$/i;

/** Actions of ALTER TABLE after which everything that worked still does. */
const ADDITIVE: readonly RegExp[] = [
  /^add (?:column )?(?!constraint\b|check\b|unique\b|primary\b|foreign\b|exclude\b)/i,
  /^alter (?:column )?\S+ (?:set default|drop not null|set statistics|set storage)\b/i,
  /^validate constraint\b/i,
];

/** What new or changed migrations do, on the way up, to tables they did not make; statements that read are left out. */
export function tableChanges(files: readonly MigrationFile[]): TableEffect[] {
  const created = createdTables(files);
  return files
    .flatMap((file) => newStatements(file).flatMap((statement) => changesOf(file.path, statement)))
    .filter((change) => ![...created].some(change.names));
}

function changesOf(path: string, statement: string): TableEffect[] {
  const one = (table: string, what: string, additive = false): TableEffect => {
    const key = tableKey(table.replace(/\*$/, ''));
    return { path, names: (name) => name === key, what: what.slice(0, 300), additive };
  };
  const each = (list: string, verb: string): TableEffect[] =>
    list.split(',').map((table) => one(table, `${verb} table ${tableKey(table)}`));
  const [, dropped] = DROPPED.exec(statement) ?? [];
  if (dropped !== undefined) return each(dropped, 'drops');
  const [, emptied] = EMPTIED.exec(statement) ?? [];
  if (emptied !== undefined) return each(emptied, 'empties');
  const [, deleted] = DELETED.exec(statement) ?? [];
  if (deleted !== undefined) return [one(deleted, `deletes every row of table ${tableKey(deleted)}`)];
  const [, schema] = SCHEMA.exec(statement) ?? [];
  if (schema !== undefined) {
    const key = tableKey(schema);
    const names = (name: string): boolean =>
      key === 'public' ? !name.includes('.') : name.startsWith(`${key}.`);
    return [{ path, names, what: `drops schema ${key}`, additive: false }];
  }
  const [, altered, actions] = ALTER.exec(statement) ?? [];
  if (altered === undefined || actions === undefined) return [];
  const all = actionsOf(actions);
  return all.map((action) => {
    const harm = harmOfAction(action, all);
    const additive = harm === null && ADDITIVE.some((pattern) => pattern.test(action));
    const table = tableKey(altered);
    const what =
      harm === null ? `alters table ${table}: ${action.slice(0, 120)}` : `${harm} of table ${table}`;
    return one(altered, what, additive);
  });
}

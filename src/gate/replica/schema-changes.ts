import type { Column, Table } from '../facts/database';
import { tableName } from '../database/read-catalog';
import type { Identities } from './table-contents';

/** What became of one column; `renamed` keeps its values. */
type ColumnChange =
  | { readonly kind: 'added'; readonly after: Column }
  | { readonly kind: 'dropped'; readonly before: Column }
  | { readonly kind: 'renamed'; readonly before: Column; readonly to: string }
  | { readonly kind: 'altered'; readonly before: Column; readonly after: Column };

export interface TableChanged {
  readonly table: string;
  readonly kind: 'created' | 'dropped' | 'renamed' | 'altered';
  readonly before: Table | null;
  readonly after: Table | null;
  readonly columns: readonly ColumnChange[];
}

/** A schema as it can be compared. */
export interface SchemaState {
  readonly tables: readonly Table[];
  readonly identities: Identities;
}

/** What a migration made of the tables, as the catalog has it; whatever language it was written in. */
export function schemaChanges(before: SchemaState, after: SchemaState): TableChanged[] {
  const named = (tables: readonly Table[], name: string): Table | undefined =>
    tables.find((table) => tableName(table) === name);
  const changed: TableChanged[] = [];
  const renamedTo = new Set<string>();
  for (const table of before.tables) {
    const name = tableName(table);
    const oid = oidOf(before, name);
    const newName = oid === null ? undefined : after.identities.tables.get(oid);
    const same =
      named(after.tables, name) ?? (newName === undefined ? undefined : named(after.tables, newName));
    if (same === undefined) {
      changed.push({ table: name, kind: 'dropped', before: table, after: null, columns: [] });
      continue;
    }
    const isRenamed = tableName(same) !== name;
    if (isRenamed) renamedTo.add(tableName(same));
    const columns = columnChanges(table, same, before.identities, after.identities, oid);
    if (isRenamed || columns.length > 0 || differs(table, same)) {
      changed.push({
        table: name,
        kind: isRenamed ? 'renamed' : 'altered',
        before: table,
        after: same,
        columns,
      });
    }
  }
  for (const table of after.tables) {
    const name = tableName(table);
    if (named(before.tables, name) !== undefined || renamedTo.has(name)) continue;
    changed.push({
      table: name,
      kind: 'created',
      before: null,
      after: table,
      columns: table.columns.map((column) => ({ kind: 'added', after: column })),
    });
  }
  return changed;
}

function oidOf({ identities }: SchemaState, name: string): number | null {
  for (const [oid, table] of identities.tables) if (table === name) return oid;
  return null;
}

/** Whether keys, checks or indexes differ. */
function differs(a: Table, b: Table): boolean {
  const text = ({ constraints, indexes }: Table): string =>
    [...constraints.map(({ definition }) => definition), ...indexes.map(({ definition }) => definition)]
      .sort()
      .join('\n');
  return text(a) !== text(b);
}

function columnChanges(
  before: Table,
  after: Table,
  was: Identities,
  is: Identities,
  oid: number | null,
): ColumnChange[] {
  const numbers = oid === null ? undefined : was.columns.get(oid);
  const names = oid === null ? undefined : is.columns.get(oid);
  const newNameOf = (name: string): string | undefined => {
    const number = [...(numbers ?? [])].find(([, known]) => known === name)?.[0];
    return number === undefined ? undefined : names?.get(number);
  };
  const renamed = new Set<string>();
  const changes: ColumnChange[] = [];
  for (const column of before.columns) {
    const same = after.columns.find(({ name }) => name === column.name);
    if (same !== undefined) {
      if (same.type !== column.type || same.nullable !== column.nullable)
        changes.push({ kind: 'altered', before: column, after: same });
      continue;
    }
    const to = newNameOf(column.name);
    if (to === undefined) changes.push({ kind: 'dropped', before: column });
    else {
      renamed.add(to);
      changes.push({ kind: 'renamed', before: column, to });
    }
  }
  for (const column of after.columns) {
    if (before.columns.some(({ name }) => name === column.name) || renamed.has(column.name)) continue;
    changes.push({ kind: 'added', after: column });
  }
  return changes;
}

/** What of the data that is there is destroyed or may be refused; spelled like `migrationChanges`. */
export function destroyedBy(changes: readonly TableChanged[]): string[] {
  return changes.flatMap(({ table, kind, columns }) => {
    if (kind === 'dropped') return [`drops table ${table}`];
    return columns.flatMap((change): string[] => {
      switch (change.kind) {
        case 'dropped':
          return [`drops column ${change.before.name} of table ${table}`];
        case 'altered':
          return [
            ...(change.before.type === change.after.type
              ? []
              : [`changes the type of column ${change.before.name} of table ${table}`]),
            ...(change.before.nullable && !change.after.nullable
              ? [`makes column ${change.before.name} NOT NULL of table ${table}`]
              : []),
          ];
        case 'added':
        case 'renamed':
          return [];
      }
    });
  });
}

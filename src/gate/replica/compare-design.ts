import type { MigrationDesign, TableChange } from '../../domain/database/migration-design';
import { tableName } from '../database/read-catalog';
import type { Column, Table } from '../facts/database';
import type { TableChanged } from './schema-changes';

/** Other names of types (PostgreSQL documentation, "Data Types"). */
const ALIASES: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int2: 'smallint',
  int8: 'bigint',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  serial2: 'smallint',
  bool: 'boolean',
  float8: 'double precision',
  float: 'double precision',
  float4: 'real',
  decimal: 'numeric',
  varchar: 'character varying',
  char: 'character',
  bpchar: 'character',
  varbit: 'bit varying',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
};

/** One spelling of a type: aliases, `(n)` at the end, no schema `public`, nothing said of keys or defaults. */
export function plainType(type: string): string {
  const text = type
    .toLowerCase()
    .replace(/"/g, '')
    .replace(/^public\./, '')
    .replace(
      /\b(?:generated\s+(?:always|by default)|not null|null|default|primary key|unique|references|check|collate)\b.*$/,
      '',
    )
    .replace(/\s+/g, ' ')
    .trim();
  const array = /(?:\[\d*\])+$/.exec(text)?.[0] === undefined ? '' : '[]';
  const scalar = text.replace(/(?:\[\d*\])+$/, '').trim();
  const [, size = ''] = /\(([^)]*)\)/.exec(scalar) ?? [];
  const bare = scalar
    .replace(/\s*\([^)]*\)\s*/, ' ')
    .trim()
    .replace(/\s+/g, ' ');
  const name = ALIASES[bare] ?? bare;
  const inside = size.replace(/\s/g, '').replace(/^(\d+),0$/, '$1');
  const implied = name === 'character' && inside === '' ? '1' : inside;
  return `${name}${implied === '' ? '' : `(${implied})`}${array}`;
}

const plain = (name: string): string =>
  name
    .replaceAll('"', '')
    .trim()
    .toLowerCase()
    .replace(/^public\./, '');

/** Where the tables as they came out are not those of the design, in sentences; columns strictly, indexes by what they hold. */
export function compareDesign(
  { tables }: Pick<MigrationDesign, 'tables'>,
  changes: readonly TableChanged[],
  after: readonly Table[],
): string[] {
  const designed = (name: string): TableChange[] =>
    tables.filter(({ table }) => plain(table) === plain(name));
  return [
    ...tables.flatMap((design) =>
      missingOf(
        design,
        changes.find(({ table }) => plain(table) === plain(design.table)),
        after.find((table) => plain(tableName(table)) === plain(design.table)),
      ),
    ),
    ...changes.flatMap((change) => notDesigned(change, designed(change.table))),
  ];
}

function missingOf(
  design: TableChange,
  change: TableChanged | undefined,
  after: Table | undefined,
): string[] {
  const name = design.table;
  switch (design.change) {
    case 'drop':
      return after === undefined ? [] : [`the design drops table ${name}, and it is still there`];
    case 'create':
      if (after === undefined) return [`the design creates table ${name}, and it is not there`];
      if (change?.kind !== 'created') return [`the design creates table ${name}, and it was there before`];
      return contentOf(design, change, after);
    case 'alter':
      if (after === undefined) return [`the design alters table ${name}, and it is not there`];
      return contentOf(design, change, after);
  }
}

function contentOf(design: TableChange, change: TableChanged | undefined, after: Table): string[] {
  return [
    ...design.columns.flatMap((column) => columnOf(design, column, change, after)),
    ...design.indexes.flatMap((index) => {
      const wanted = index.columns.map(plainColumn);
      const found = after.indexes.some(
        ({ columns, unique }) =>
          columns.map(plainColumn).join() === wanted.join() && (!index.unique || unique),
      );
      const what = `index${index.unique ? ' that is unique' : ''} on ${design.table} (${index.columns.join(', ')})`;
      if (index.change === 'add') return found ? [] : [`the design has an ${what}, and it is not there`];
      const named = after.indexes.some(({ name }) => plain(name) === plain(index.name));
      return named ? [`the design drops the index ${index.name}, and it is still there`] : [];
    }),
    ...design.constraints.flatMap((text) => constraintOf(text, after)),
  ];
}

const plainColumn = (column: string): string =>
  plain(column)
    .replace(/\s+(?:asc|desc)\b/g, '')
    .replace(/\s+nulls\s+(?:first|last)\b/g, '')
    .replace(/::[a-z ]+/g, '')
    .replace(/[\s()]/g, '');

function columnOf(
  { table, change: of }: TableChange,
  column: TableChange['columns'][number],
  change: TableChanged | undefined,
  after: Table,
): string[] {
  const place = `${table}.${column.name}`;
  const found = after.columns.find(({ name }) => plain(name) === plain(column.name));
  if (column.change === 'drop' && of !== 'create')
    return found === undefined ? [] : [`the design drops column ${place}, and it is still there`];
  if (found === undefined) return [`the design has column ${place}, and it is not there`];
  const wasThere = change?.before?.columns.some(({ name }) => plain(name) === plain(column.name)) === true;
  if (column.change === 'add' && of === 'alter' && (wasThere || change === undefined))
    return [`the design adds column ${place}, and it was there before`];
  return shapeOf(place, column, found, after);
}

function shapeOf(
  place: string,
  design: TableChange['columns'][number],
  found: Column,
  table: Table,
): string[] {
  const isKey = table.constraints.some(
    ({ kind, columns }) => kind === 'primary-key' && columns.includes(found.name),
  );
  return [
    ...(design.type !== '' && plainType(design.type) !== plainType(found.type)
      ? [`${place} is ${found.type}, and the design says ${design.type}`]
      : []),
    ...(design.nullable !== found.nullable && !isKey
      ? [
          `${place} is ${found.nullable ? 'nullable' : 'NOT NULL'}, and the design says ${design.nullable ? 'nullable' : 'NOT NULL'}`,
        ]
      : []),
  ];
}

/** What the words of a constraint say as far as they are SQL; anything else is left to people. */
function constraintOf(text: string, table: Table): string[] {
  const missing = `the design has the constraint "${text}" on ${tableName(table)}, and it is not there`;
  const columnsIn = (list: string | undefined): string[] => (list ?? '').split(',').map(plainColumn);
  const [, keyed, parent] = /foreign key\s*\(([^)]*)\)\s*references\s+([\w".]+)/i.exec(text) ?? [];
  if (keyed !== undefined && parent !== undefined) {
    const has = table.constraints.some(
      ({ kind, columns, references }) =>
        kind === 'foreign-key' &&
        columns.map(plainColumn).join() === columnsIn(keyed).join() &&
        plain(references?.table ?? '') === plain(parent),
    );
    return has ? [] : [missing];
  }
  const [, unique] = /\b(?:unique|primary key)\s*\(([^)]*)\)/i.exec(text) ?? [];
  if (unique !== undefined) {
    const has = table.indexes.some(
      (index) =>
        index.unique && index.columns.map(plainColumn).sort().join() === columnsIn(unique).sort().join(),
    );
    return has ? [] : [missing];
  }
  const [, checked] = /\bcheck\s*\((.*)\)/is.exec(text) ?? [];
  if (checked === undefined) return [];
  const named = table.columns.filter(({ name }) => new RegExp(`\\b${escape(name)}\\b`, 'i').test(checked));
  const has = named.every(({ name }) =>
    table.constraints.some(({ kind, columns }) => kind === 'check' && columns.includes(name)),
  );
  return has ? [] : [missing];
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What was done and the design does not name. */
function notDesigned(change: TableChanged, designs: readonly TableChange[]): string[] {
  const { table, kind } = change;
  if (designs.length === 0)
    return [`the migration has ${kind} table ${table}, which the design does not name`];
  const named = new Set(designs.flatMap(({ columns }) => columns.map(({ name }) => plain(name))));
  const columns = change.columns.flatMap((one): string[] => {
    const name = one.kind === 'added' ? one.after.name : one.before.name;
    if (named.has(plain(name)) || (one.kind === 'renamed' && named.has(plain(one.to)))) return [];
    return [`the migration has ${one.kind} column ${table}.${name}, which the design does not name`];
  });
  const before = new Set(change.before?.indexes.map(({ definition }) => definition) ?? []);
  const indexes = (change.after?.indexes ?? []).flatMap((index): string[] => {
    if (before.has(index.definition) || backs(change.after, index.name)) return [];
    const columnsOf = index.columns.map(plainColumn).join();
    const isNamed = designs.some(({ indexes: all }) =>
      all.some(({ columns: of }) => of.map(plainColumn).join() === columnsOf),
    );
    return isNamed
      ? []
      : [
          `the migration has added the index ${index.name} on ${table} (${index.columns.join(', ')}), which the design does not name`,
        ];
  });
  return [...columns, ...indexes];
}

/** An index that a constraint brought. */
function backs(table: Table | null, index: string): boolean {
  return table?.constraints.some(({ name }) => name === index) === true;
}

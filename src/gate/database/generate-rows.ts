import { DatabaseError } from 'pg';
import { z } from 'zod';
import type { Column, MigratedDatabase, Table } from '../facts/database';
import { rulesOf, type TypeFacts } from './column-rules';
import { type FilledColumn, insertRows, MOST_REFUSED } from './insert-rows';
import { quoteName, quoteTable } from './quote-name';
import { tableName } from './read-catalog';
import { type ValueSource, valueSources } from './sample-values';

/** Tries for the first row of a table before it is given up. */
const MOST_TRIES = 120;
const PARENTS_LOOKED_AT = 2000;
const FAVOURED_EVERY = 3;
/** Rows of one INSERT. */
const CHUNK = 5000;
/** Numbers tried for each row that is wanted: unique keys over few values need more numbers than rows. */
const MOST_NUMBERS = 4;

export interface GeneratedRows {
  /** Rows added, by table. */
  readonly counts: ReadonlyMap<string, number>;
  /** Tables that could not be filled, and what the server said last. */
  readonly problems: readonly { readonly table: string; readonly reason: string }[];
}

/** What filling needs of a database. */
export type FillableDatabase = Pick<MigratedDatabase, 'query' | 'readTables'>;

/**
 * Fills every table of a database with made-up rows that honour its foreign keys, checks, enums and unique keys, parents
 * first. Rows it is asked for again come on top, with other values. Columns with a default keep it.
 */
export async function generateRows(
  database: FillableDatabase,
  options: {
    readonly rows: number;
    /** Rows of a table in place of `rows`, by name. */
    readonly rowsOf?: (table: string) => number;
    /** Columns that may be NULL are in one of so many rows, as far as their table takes it. */
    readonly nullEvery?: number;
    /** Columns that are never NULL, as `table.column`. */
    readonly neverNull?: ReadonlySet<string>;
    /** Tables left as they are, by name. */
    readonly except?: ReadonlySet<string>;
    /** Tables as a later migration leaves them: their checks and references are honoured already. */
    readonly later?: readonly Table[];
    /** Columns that may be NULL are. */
    readonly nulls?: boolean;
    /**
     * Every third reference leads to one of this many oldest parents, such as the users who sign in, so that these have
     * many rows; the others go round all parents, so that rows differ in what they refer to. Absent: all go round.
     */
    readonly favoured?: number;
    /** References lead to this many parents at most, the oldest. */
    readonly parents?: number;
  },
): Promise<GeneratedRows> {
  const tables = withLaterRules(await database.readTables(), options.later ?? []);
  const types = await readTypes(database);
  const counts = new Map<string, number>();
  const problems: { table: string; reason: string }[] = [];
  for (const table of inOrderOfReference(tables)) {
    const name = tableName(table);
    if (options.except?.has(name) === true) continue;
    try {
      counts.set(name, await fillTable(database, table, types, options));
    } catch (error) {
      if (!(error instanceof DatabaseError || error instanceof Unfillable)) throw error;
      counts.set(name, 0);
      problems.push({ table: name, reason: error.message });
    }
  }
  return { counts, problems };
}

/** Tables with the constraints of their later selves, as far as columns and parents are there already. */
function withLaterRules(tables: readonly Table[], later: readonly Table[]): Table[] {
  return tables.map((table) => {
    const next = later.find((other) => tableName(other) === tableName(table));
    if (next === undefined) return table;
    const names = new Set(table.columns.map(({ name }) => name));
    const known = new Set(table.constraints.map(({ definition }) => definition));
    const more = next.constraints.filter(
      ({ kind, columns, definition, references }) =>
        (kind === 'check' || kind === 'foreign-key') &&
        !known.has(definition) &&
        columns.every((column) => names.has(column)) &&
        (references === null || tables.some((parent) => tableName(parent) === references.table)),
    );
    return { ...table, constraints: [...table.constraints, ...more] };
  });
}

/** Parents before their children; what is left of a circle comes last, in the order of the catalog. */
export function inOrderOfReference(tables: readonly Table[]): Table[] {
  const done = new Set<string>();
  const ordered: Table[] = [];
  let rest = [...tables];
  while (rest.length > 0) {
    const names = new Set(rest.map(tableName));
    const ready = rest.filter((table) =>
      foreignKeys(table).every(({ references }) => {
        const parent = references?.table ?? '';
        return parent === tableName(table) || done.has(parent) || !names.has(parent);
      }),
    );
    const next = ready.length > 0 ? ready : rest.slice(0, 1);
    for (const table of next) done.add(tableName(table));
    ordered.push(...next);
    rest = rest.filter((table) => !next.includes(table));
  }
  return ordered;
}

class Unfillable extends Error {}

async function fillTable(
  database: FillableDatabase,
  table: Table,
  types: readonly TypeFacts[],
  options: Parameters<typeof generateRows>[1],
): Promise<number> {
  const { nulls = false, favoured = 0, parents = PARENTS_LOOKED_AT, nullEvery } = options;
  const rows = options.rowsOf?.(tableName(table)) ?? options.rows;
  const before = await countRows(database, table);
  const columns = [
    ...(await referenceColumns(database, table, { favoured, parents })),
    ...ownColumns(table, types),
  ];
  if (nulls) {
    for (const column of columns) if (column.nullable) column.chosen = column.sources.length - 1;
  }
  await findFirstRow(database, table, columns, before);
  let next = before + 1;
  if (nullEvery !== undefined) {
    next = await findNullable(database, table, columns, { next, nullEvery, never: options.neverNull });
  }
  let missing = rows - ((await countRows(database, table)) - before);
  const last = before + rows * MOST_NUMBERS;
  for (const refused = { count: 0 }; missing > 0 && next < last && refused.count < MOST_REFUSED;) {
    const amount = Math.min(missing, CHUNK, last - next);
    missing -= await insertRows(database, table, columns, { from: next, amount, refused });
    next += amount;
  }
  return (await countRows(database, table)) - before;
}

/** Which columns may be NULL by themselves, tried by one row each; they are so in some rows from then on. */
async function findNullable(
  database: FillableDatabase,
  table: Table,
  columns: readonly FilledColumn[],
  {
    next,
    nullEvery,
    never = new Set<string>(),
  }: {
    readonly next: number;
    readonly nullEvery: number;
    readonly never?: ReadonlySet<string> | undefined;
  },
): Promise<number> {
  let n = next;
  for (const [place, column] of columns.entries()) {
    if (!column.nullable || never.has(`${tableName(table)}.${column.name}`)) continue;
    const { chosen } = column;
    column.chosen = column.sources.length - 1;
    const refusal = await refusalOf(database, table, columns, n).catch(() => true);
    n += 1;
    column.chosen = chosen;
    if (refusal === null) column.nullAt = (at) => (at + place) % nullEvery === 0;
  }
  return n;
}

/** Tries ways of filling, changing what the refusal speaks of, until one row is taken. */
async function findFirstRow(
  database: FillableDatabase,
  table: Table,
  columns: FilledColumn[],
  n: number,
): Promise<void> {
  let last = 'no row was taken';
  const seen = new Set<string>();
  const queue = [{ choice: columns.map(({ chosen }) => chosen), because: '' }];
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const next = queue.shift();
    if (next === undefined) break;
    const { choice } = next;
    const key = choice.join();
    if (seen.has(key)) continue;
    seen.add(key);
    columns.forEach((column, index) => (column.chosen = choice[index] ?? 0));
    const refusal = await refusalOf(database, table, columns, n);
    if (refusal === null) return;
    last = refusal.message;
    const blamed = blamedColumns(table, refusal);
    const places = columns.flatMap((column, index) => (blamed.has(column.name) ? [index] : []));
    const because = refusal.constraint ?? refusal.column ?? refusal.code ?? '';
    const others = (places.length > 0 ? places : columns.map((_, at) => at)).flatMap((index) =>
      Array.from({ length: columns[index]?.sources.length ?? 0 }, (_, other) => ({
        choice: choice.with(index, other),
        because,
      })),
    );
    // Another refusal than before means that the last change mended something: on from there first.
    if (because === next.because) queue.push(...others);
    else queue.unshift(...others);
  }
  throw new Unfillable(last);
}

async function refusalOf(
  database: FillableDatabase,
  table: Table,
  columns: readonly FilledColumn[],
  n: number,
): Promise<DatabaseError | null> {
  try {
    if ((await insertRows(database, table, columns, { from: n, amount: 1 })) === 1) return null;
    throw new Unfillable('a trigger or a rule keeps rows out');
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

/** The columns a refusal speaks of: by constraint, by name, or quoted in its text. */
function blamedColumns(table: Table, { constraint, column, message }: DatabaseError): ReadonlySet<string> {
  const named = table.constraints.find(({ name }) => name === constraint)?.columns ?? [];
  const indexed = table.indexes.find(({ name }) => name === constraint)?.columns ?? [];
  const quoted = [...message.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word);
  return new Set([...named, ...indexed, ...(column === undefined ? [] : [column]), ...quoted]);
}

const Counted = z.array(z.object({ count: z.coerce.number() })).length(1);

/** Columns of its own: neither computed, nor numbered by the server, nor given by a default, nor a reference. */
function ownColumns(table: Table, types: readonly TypeFacts[]): FilledColumn[] {
  const referring = new Set(foreignKeys(table).flatMap(({ columns }) => columns));
  const unique = new Set(
    table.constraints
      .filter(({ kind }) => kind === 'primary-key' || kind === 'unique')
      .flatMap(({ columns }) => columns),
  );
  const shared = [...unique].some((column) => referring.has(column));
  return table.columns.flatMap((column, at): FilledColumn[] => {
    if (column.generated || column.default !== null || referring.has(column.name)) return [];
    const type = types.find(({ name }) => name === column.type);
    const sources = valueSources(column, rulesOf(table, column.name, types), type?.base ?? column.type, at);
    // Beside a reference in a key, counting up only when the parents are through makes pairs differ.
    const spread = shared && unique.has(column.name);
    return [
      {
        name: column.name,
        nullable: column.nullable,
        sources: spread ? sources.map((source) => (n: number) => source(Math.floor(n / 7) + n)) : sources,
        chosen: 0,
      },
    ];
  });
}

async function referenceColumns(
  database: FillableDatabase,
  table: Table,
  most: { readonly favoured: number; readonly parents: number },
): Promise<FilledColumn[]> {
  const taken = new Set<string>();
  const filled: FilledColumn[] = [];
  for (const [place, key] of foreignKeys(table).entries()) {
    if (key.references === null || key.columns.some((column) => taken.has(column))) continue;
    const found = await database.query(
      `SELECT ${key.references.columns.map(quoteName).join(', ')} FROM ${key.references.table.split('.').map(quoteName).join('.')} LIMIT ${most.parents}`,
    );
    for (const [index, name] of key.columns.entries()) {
      const target = key.references.columns[index] ?? '';
      const column = columnNamed(table, name);
      taken.add(name);
      if (column === undefined || column.generated) continue;
      const some = found.map((row) => row[target]);
      if (some.length === 0 && !column.nullable) {
        throw new Unfillable(`${key.references.table}, which ${name} refers to, has no rows`);
      }
      const oldest = some.slice(0, most.favoured);
      const spread: ValueSource = (n) => {
        // Shifted by reference, so that the rows of one oldest parent still differ in the others.
        if (oldest.length > 0 && (n + place) % FAVOURED_EVERY === 0)
          return oldest[Math.floor(n / FAVOURED_EVERY) % oldest.length];
        return some[(n + Math.floor(n / some.length) * place) % some.length];
      };
      filled.push({
        name,
        nullable: column.nullable,
        sources: [...(some.length > 0 ? [spread] : []), ...(column.nullable ? [() => null] : [])],
        chosen: 0,
      });
    }
  }
  return filled;
}

function columnNamed(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

function foreignKeys(table: Table): Table['constraints'] {
  return table.constraints.filter(({ kind }) => kind === 'foreign-key');
}

const TypeRows = z.array(
  z.object({
    name: z.string(),
    labels: z.array(z.string()).nullable(),
    base: z.string().nullable(),
    checks: z.array(z.string()),
  }),
);

/** Enums and domains of the database. */
export async function readTypes(database: Pick<FillableDatabase, 'query'>): Promise<readonly TypeFacts[]> {
  return TypeRows.parse(
    await database.query(`
      SELECT pg_catalog.format_type(t.oid, NULL) AS name,
        (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS labels,
        CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base,
        coalesce((SELECT array_agg(pg_catalog.pg_get_constraintdef(k.oid)) FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid), '{}') AS checks
      FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE t.typtype IN ('e', 'd') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`),
  );
}

async function countRows(database: Pick<FillableDatabase, 'query'>, table: Table): Promise<number> {
  const [row] = Counted.parse(await database.query(`SELECT count(*) AS count FROM ${quoteTable(table)}`));
  return row?.count ?? 0;
}

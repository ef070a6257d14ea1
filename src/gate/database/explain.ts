import { DatabaseError } from 'pg';
import { z } from 'zod';
import type { Table } from '../facts/database';
import type { Session } from './session';

/** A node of a plan, as far as it is looked at. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  readonly Schema?: string | undefined;
  readonly Alias?: string | undefined;
  readonly 'Plan Rows'?: number | undefined;
  readonly Filter?: string | undefined;
  readonly 'Index Cond'?: string | undefined;
  readonly 'Sort Key'?: readonly string[] | undefined;
  readonly Plans?: readonly PlanNode[] | undefined;
}

const PlanNode: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  Schema: z.string().optional(),
  Alias: z.string().optional(),
  'Plan Rows': z.number().optional(),
  Filter: z.string().optional(),
  'Index Cond': z.string().optional(),
  'Sort Key': z.array(z.string()).optional(),
  get Plans() {
    return z.array(PlanNode).optional();
  },
});
const Explained = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: PlanNode })) })).length(1);

/** SQLSTATE: the type of a parameter could not be told. */
const UNTYPED = '42P18';
const READABLE = /^\s*(?:\/\*.*?\*\/\s*)*(?:select|with|update|delete|insert)\b/is;

/**
 * The plan of a statement as the statistics spell it, with `$n` for every constant: the one that fits any values, and with
 * an index wherever one can serve at all. Null where it cannot be prepared like that.
 */
export async function explainStatement(session: Session, statement: string): Promise<PlanNode | null> {
  if (!READABLE.test(statement)) return null;
  // A constant's place that the grammar gives to a literal only.
  const text = statement.replace(
    /\b(interval|timestamp|timestamptz|date|time)\s+\$\d+/gi,
    (_, type: string) => (/interval/i.test(type) ? `interval '1 day'` : `${type} '2024-01-01'`),
  );
  const parameters = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  const types = Array.from({ length: parameters }, () => 'unknown');
  for (let tries = 0; tries <= parameters; tries += 1) {
    const outcome = await explainTyped(session, text, types);
    if (typeof outcome !== 'number') return outcome;
    // A constant that may be of any type, such as a key of json_build_object.
    types[outcome - 1] = 'text';
  }
  return null;
}

/** The plan; null where there is none; or the number of a parameter whose type has to be given. */
async function explainTyped(
  session: Session,
  text: string,
  types: readonly string[],
): Promise<PlanNode | number | null> {
  const list = types.length > 0 ? `(${types.join(', ')})` : '';
  const values = types.length > 0 ? `(${types.map(() => 'NULL').join(', ')})` : '';
  await session.execute('SAVEPOINT explained');
  try {
    await session.execute('SET LOCAL plan_cache_mode = force_generic_plan');
    await session.execute('SET LOCAL enable_seqscan = off');
    await session.execute(`PREPARE looked_at ${list} AS ${text}`);
    const rows = await session.rows(`EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE looked_at${values}`);
    return Explained.parse(rows)[0]?.['QUERY PLAN'][0]?.Plan ?? null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const parameter = error.code === UNTYPED ? /\$(\d+)/.exec(error.message)?.[1] : undefined;
    return parameter === undefined ? null : Number(parameter);
  } finally {
    await session.execute('ROLLBACK TO SAVEPOINT explained');
    // A prepared statement outlives what is rolled back.
    await session.execute('DEALLOCATE ALL').catch(() => undefined);
  }
}

/** Something a plan does on a big table for want of an index. */
export interface ScanProblem {
  readonly kind: 'filter' | 'order';
  readonly table: string;
  readonly columns: readonly string[];
  /** Rows that are sorted to answer with the first of them, as the planner estimates; absent: the whole table. */
  readonly rows?: number;
}

/** Fewer are sorted in no time, whatever the order. */
const MANY_ROWS = 200;

const COMPARES = /(?:=|<|>|<=|>=) (?:ANY )?\(?|\bIS NOT DISTINCT\b/;
/** Served by no plain index: patterns, text search, and a condition that a parameter can switch off. */
const NOT_FOR_INDEXES =
  /~~|~\*|@@|@>|<@|\$\d+ IS (?:NOT )?NULL|\(\$\d+\)[^ ]* IS (?:NOT )?NULL|\$\d+(?:::[\w ]+)? IS (?:NOT )?NULL/;

function isForIndexes(filter: string): boolean {
  return COMPARES.test(filter) && !NOT_FOR_INDEXES.test(filter);
}

/** Scans that read a whole big table to filter or to sort it. */
export function scanProblems(plan: PlanNode, big: readonly Table[]): ScanProblem[] {
  return visit(plan, { big, limited: false });
}

interface Above {
  readonly big: readonly Table[];
  /** A limit above, and nothing in between that needs all rows: an ordered scan stops early. */
  readonly limited: boolean;
}

function visit(node: PlanNode, above: Above): ScanProblem[] {
  const type = node['Node Type'];
  const problems = [...sortProblem(node, above), ...filterProblem(node, above)];
  const keeps =
    /^(?:Nested Loop|Result|Subquery Scan|Gather Merge|LockRows|Incremental Sort|Append|Merge Append|Memoize)$/.test(
      type,
    );
  const limited = type === 'Limit' || (above.limited && keeps);
  return [...problems, ...(node.Plans ?? []).flatMap((inner) => visit(inner, { ...above, limited }))];
}

function filterProblem(node: PlanNode, { big, limited }: Above): ScanProblem[] {
  const table = bigTable(node, big);
  const { Filter: filter } = node;
  if (table === undefined || filter === undefined || isNarrowed(node)) return [];
  const ordered = node['Node Type'] !== 'Seq Scan' && limited;
  if (ordered || !isForIndexes(filter)) return [];
  const columns = columnsIn(filter, table);
  return columns.length === 0 ? [] : [{ kind: 'filter', table: table.name, columns }];
}

/** The first of many rows in an order that no index has: of a whole table, or of a range of it. */
function sortProblem(node: PlanNode, { big, limited }: Above): ScanProblem[] {
  if (node['Node Type'] !== 'Sort' || !limited) return [];
  const keys = node['Sort Key'] ?? [];
  const scan = sortedScan(node, keys);
  const table = scan === undefined ? undefined : bigTable(scan, big);
  if (scan === undefined || table === undefined) return [];
  const isWhole = (node.Plans ?? [])[0] === scan && !isNarrowed(scan);
  const rows = node['Plan Rows'] ?? 0;
  if (!isWhole && (rows < MANY_ROWS || (isNarrowed(scan) && !isRange(scan)))) return [];
  // A filter that an index could serve is told as such where it is the only thing that picks rows.
  if (!isNarrowed(scan) && scan.Filter !== undefined && isForIndexes(scan.Filter)) return [];
  const columns = keys.flatMap((key) => columnsIn(key, table));
  if (columns.length < keys.length) return [];
  return [{ kind: 'order', table: table.name, columns, ...(isWhole ? {} : { rows }) }];
}

const JOINS = /^(?:Nested Loop|Hash Join|Merge Join|Hash|Materialize|Memoize|Gather|Gather Merge)$/;

/** The scan whose rows are sorted: the one below, or behind joins the one that all keys are columns of. */
function sortedScan(node: PlanNode, keys: readonly string[]): PlanNode | undefined {
  const [below] = node.Plans ?? [];
  if (below === undefined || !JOINS.test(below['Node Type'])) return below;
  const owns = ({ Alias: alias }: PlanNode): boolean =>
    alias !== undefined && keys.every((key) => key.replaceAll('"', '').includes(`${alias}.`));
  const scansIn = (inner: PlanNode): PlanNode[] =>
    JOINS.test(inner['Node Type']) ? (inner.Plans ?? []).flatMap(scansIn) : [inner];
  return scansIn(below).find(owns);
}

/**
 * Whether an index picks the rows by a range alone, of which there may be any number. How many rows share a value is not
 * known of made-up ones.
 */
function isRange(node: PlanNode): boolean {
  const condition = node['Index Cond'];
  if (condition !== undefined) return /(?:^|[^<>!])(?:<|>)=? /.test(condition) && !condition.includes(' = ');
  return (node.Plans ?? []).some((inner) => inner['Node Type'].startsWith('Bitmap') && isRange(inner));
}

/** Whether an index picks the rows; the condition of a bitmap is at the index below it. */
function isNarrowed(node: PlanNode): boolean {
  if (node['Index Cond'] !== undefined) return true;
  return (node.Plans ?? []).some((inner) => inner['Node Type'].startsWith('Bitmap') && isNarrowed(inner));
}

function bigTable(node: PlanNode, big: readonly Table[]): Table | undefined {
  return big.find(({ schema, name }) => name === node['Relation Name'] && schema === (node.Schema ?? schema));
}

function columnsIn(text: string, table: Table): string[] {
  return table.columns
    .map(({ name }) => name)
    .filter((name) =>
      new RegExp(`(?<![\\w"])"?${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"?(?!\\w)`).test(text),
    );
}

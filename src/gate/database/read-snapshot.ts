import { z } from 'zod';
import { isBookKeeping } from './book-keeping';
import { OWN_RELATION } from './read-catalog';
import type { Session } from './session';

/** A schema as sorted lines, one for each thing in it; two schemas are equal when their lines are. */
export type SchemaSnapshot = readonly string[];

const NOT_OF_EXTENSION = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.objid = ${oid} AND d.deptype = 'e')`;
const OWN_SCHEMA = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'`;
const FROM_CLASS = 'FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace';
const NAME = `n.nspname || '.' || c.relname`;

// Each answers with the relation a line belongs to (null: none) and the line.
const QUERIES = [
  `SELECT NULL AS relation, 'schema ' || n.nspname AS line FROM pg_catalog.pg_namespace n WHERE ${OWN_SCHEMA}`,
  `SELECT NULL AS relation, 'extension ' || extname AS line FROM pg_catalog.pg_extension`,
  `SELECT c.relname AS relation, CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence ' WHEN 'f' THEN 'foreign table ' ELSE 'table ' END
     || ${NAME} || CASE WHEN c.relkind IN ('v', 'm') THEN ' as ' || pg_catalog.pg_get_viewdef(c.oid) ELSE '' END
     || CASE WHEN c.relrowsecurity THEN ' with row security' ELSE '' END
     || coalesce(' partition by ' || pg_catalog.pg_get_partkeydef(c.oid), '')
     || coalesce(' ' || pg_catalog.pg_get_expr(c.relpartbound, c.oid), '')
     || coalesce(' comment ' || pg_catalog.obj_description(c.oid, 'pg_class'), '') AS line
   ${FROM_CLASS} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND ${OWN_RELATION}`,
  `SELECT c.relname AS relation, 'column ' || ${NAME} || '.' || a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
     || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
     || CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END
     || CASE WHEN a.attgenerated <> '' THEN ' generated' ELSE '' END
     || coalesce(' default ' || pg_catalog.pg_get_expr(ad.adbin, ad.adrelid), '')
     || CASE WHEN a.attcollation <> t.typcollation THEN ' collate ' || co.collname ELSE '' END
     || coalesce(' comment ' || pg_catalog.col_description(c.oid, a.attnum), '') AS line
   ${FROM_CLASS} JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
   LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
   LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = c.oid AND ad.adnum = a.attnum
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${OWN_RELATION}`,
  `SELECT c.relname AS relation, 'constraint ' || ${NAME} || ' ' || k.conname || ' ' || pg_catalog.pg_get_constraintdef(k.oid)
     || CASE WHEN k.convalidated THEN '' ELSE ' not valid' END AS line
   ${FROM_CLASS} JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f', 'x') WHERE ${OWN_RELATION}`,
  `SELECT c.relname AS relation, 'index ' || pg_catalog.pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END AS line
   ${FROM_CLASS} JOIN pg_catalog.pg_index i ON i.indrelid = c.oid WHERE c.relkind IN ('r', 'p', 'm') AND ${OWN_RELATION}`,
  `SELECT c.relname AS relation, 'trigger ' || pg_catalog.pg_get_triggerdef(t.oid) AS line
   ${FROM_CLASS} JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal WHERE ${OWN_RELATION}`,
  `SELECT c.relname AS relation, 'rule ' || pg_catalog.pg_get_ruledef(r.oid) AS line
   ${FROM_CLASS} JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename <> '_RETURN' WHERE ${OWN_RELATION}`,
  `SELECT c.relname AS relation, 'policy ' || ${NAME} || ' ' || p.polname || ' ' || p.polcmd::text
     || coalesce(' using ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid), '')
     || coalesce(' check ' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), '') AS line
   ${FROM_CLASS} JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid WHERE ${OWN_RELATION}`,
  `SELECT c.relname AS relation, 'sequence ' || ${NAME} || ' ' || pg_catalog.format_type(s.seqtypid, NULL) || ' from ' || s.seqstart || ' by ' || s.seqincrement || ' to ' || s.seqmax AS line
   ${FROM_CLASS} JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid WHERE ${OWN_RELATION}`,
  `SELECT NULL AS relation, 'function ' || pg_catalog.pg_get_functiondef(p.oid) AS line
   FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE p.prokind IN ('f', 'p', 'w') AND ${OWN_SCHEMA} AND ${NOT_OF_EXTENSION('pg_proc', 'p.oid')}`,
  `SELECT NULL AS relation, 'enum ' || n.nspname || '.' || t.typname || ' ' || (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS line
   FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE t.typtype = 'e' AND ${OWN_SCHEMA} AND ${NOT_OF_EXTENSION('pg_type', 't.oid')}`,
  `SELECT NULL AS relation, 'domain ' || n.nspname || '.' || t.typname || ' ' || pg_catalog.format_type(t.typbasetype, t.typtypmod)
     || CASE WHEN t.typnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || t.typdefault, '')
     || coalesce(' ' || (SELECT string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname) FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '') AS line
   FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE t.typtype = 'd' AND ${OWN_SCHEMA} AND ${NOT_OF_EXTENSION('pg_type', 't.oid')}`,
  `SELECT NULL AS relation, 'type ' || ${NAME} || ' ' || (SELECT string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS line
   ${FROM_CLASS} WHERE c.relkind = 'c' AND ${OWN_RELATION}`,
  `SELECT NULL AS relation, 'statistics ' || pg_catalog.pg_get_statisticsobjdef(s.oid) AS line FROM pg_catalog.pg_statistic_ext s`,
];

const SHOWN_LINES = 3;

const Lines = z.array(z.object({ relation: z.string().nullable(), line: z.string() }));
const Columns = z.array(z.object({ name: z.string(), columns: z.array(z.string()) }));

/** Everything in a database but its rows and the book-keeping of migration tools. */
export async function readSnapshot(session: Session): Promise<SchemaSnapshot> {
  const lines = Lines.parse(await session.rows(QUERIES.map((query) => `(${query})`).join('\nUNION ALL\n')));
  const tables = Columns.parse(
    await session.rows(
      `SELECT c.relname AS name, array_agg(a.attname::text) AS columns ${FROM_CLASS}
       JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relkind = 'r' AND ${OWN_RELATION} GROUP BY 1`,
    ),
  );
  const kept = tables.filter(({ name, columns }) => isBookKeeping(name, columns)).map(({ name }) => name);
  return lines
    .filter(({ relation }) => relation === null || !kept.some((name) => belongsTo(relation, name)))
    .map(({ line }) => line.replace(/\s+/g, ' '))
    .filter((line) => line !== 'schema drizzle')
    .sort();
}

/** A sequence of a book-keeping table is named after it. */
function belongsTo(relation: string, table: string): boolean {
  return relation === table || (relation.startsWith(`${table}_`) && relation.endsWith('_seq'));
}

/** What differs: lines only the first has, and lines only the second has. */
function compareSnapshots(
  expected: SchemaSnapshot,
  found: SchemaSnapshot,
): { readonly missing: readonly string[]; readonly extra: readonly string[] } {
  const [left, right] = [new Set(expected), new Set(found)];
  return {
    missing: expected.filter((line) => !right.has(line)),
    extra: found.filter((line) => !left.has(line)),
  };
}

/** What is missing and what is left over, in a sentence; null where nothing is. */
export function describeDifference(expected: SchemaSnapshot, found: SchemaSnapshot): string | null {
  const { missing, extra } = compareSnapshots(expected, found);
  if (missing.length === 0 && extra.length === 0) return null;
  const told = (lines: readonly string[]): string =>
    lines
      .slice(0, SHOWN_LINES)
      .map((line) => line.slice(0, 100))
      .join(', ') + (lines.length > SHOWN_LINES ? ` and ${lines.length - SHOWN_LINES} more` : '');
  return [
    ...(missing.length > 0 ? [`missing: ${told(missing)}`] : []),
    ...(extra.length > 0 ? [`left over: ${told(extra)}`] : []),
  ].join('; ');
}

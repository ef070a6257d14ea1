import { z } from 'zod';
import type { Table } from '../facts/database';
import { isBookKeeping } from './book-keeping';
import type { Session } from './session';

const Kind = z.enum(['p', 'u', 'c', 'f', 'x']);
const KINDS = {
  p: 'primary-key',
  u: 'unique',
  c: 'check',
  f: 'foreign-key',
  x: 'exclusion',
} as const;

const TableRow = z.object({
  schema: z.string(),
  name: z.string(),
  comment: z.string().nullable(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      nullable: z.boolean(),
      maxLength: z.number().nullable(),
      default: z.string().nullable(),
      generated: z.boolean(),
      comment: z.string().nullable(),
    }),
  ),
  constraints: z.array(
    z.object({
      name: z.string(),
      kind: Kind,
      columns: z.array(z.string()),
      definition: z.string(),
      references: z.object({ table: z.string(), columns: z.array(z.string()) }).nullable(),
    }),
  ),
  indexes: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.string()),
      unique: z.boolean(),
      definition: z.string(),
    }),
  ),
});

/** Tables of the target: no system schema, nothing an extension brought, no partition beside its parent. */
export const OWN_RELATION = `
  n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')`;

const CATALOG = `
SELECT n.nspname AS schema, c.relname AS name,
  pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
  (SELECT coalesce(json_agg(json_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'nullable', NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)),
      'maxLength', CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
      'default', CASE WHEN a.attidentity <> '' THEN 'identity' ELSE pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) END,
      'generated', a.attgenerated <> '',
      'comment', pg_catalog.col_description(c.oid, a.attnum)) ORDER BY a.attnum), '[]')
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT coalesce(json_agg(json_build_object(
      'name', k.conname, 'kind', k.contype,
      'columns', (SELECT coalesce(json_agg(a.attname ORDER BY u.place), '[]')
        FROM unnest(k.conkey) WITH ORDINALITY u(num, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
      'definition', pg_catalog.pg_get_constraintdef(k.oid),
      'references', CASE WHEN k.contype = 'f' THEN json_build_object(
        'table', (SELECT fn.nspname || '.' || f.relname FROM pg_catalog.pg_class f
          JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace WHERE f.oid = k.confrelid),
        'columns', (SELECT json_agg(a.attname ORDER BY u.place)
          FROM unnest(k.confkey) WITH ORDINALITY u(num, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)) END
      ) ORDER BY k.conname), '[]')
    FROM pg_catalog.pg_constraint k
    WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f', 'x')) AS constraints,
  (SELECT coalesce(json_agg(json_build_object(
      'name', ic.relname,
      'columns', (SELECT json_agg(coalesce(
          (SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[place - 1] AND a.attnum <> 0),
          pg_catalog.pg_get_indexdef(i.indexrelid, place, true)) ORDER BY place)
        FROM generate_series(1, i.indnkeyatts::int) place),
      'unique', i.indisunique,
      'definition', pg_catalog.pg_get_indexdef(i.indexrelid)) ORDER BY ic.relname), '[]')
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisvalid) AS indexes
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${OWN_RELATION}
ORDER BY 1, 2`;

/** The tables of a database as its catalog has them; a foreign key names its table with the schema unless it is public. */
export async function readCatalog(session: Session): Promise<readonly Table[]> {
  const rows = z.array(TableRow).parse(await session.rows(CATALOG));
  return rows
    .map((table) => ({
      ...table,
      constraints: table.constraints.map((constraint) => ({
        ...constraint,
        kind: KINDS[constraint.kind],
        references:
          constraint.references === null
            ? null
            : { ...constraint.references, table: constraint.references.table.replace(/^public\./, '') },
      })),
    }))
    .filter(
      ({ name, columns }) =>
        !isBookKeeping(
          name,
          columns.map((column) => column.name),
        ),
    );
}

/** Name of a table as a foreign key spells it: with the schema unless it is public. */
export function tableName({ schema, name }: Pick<Table, 'schema' | 'name'>): string {
  return schema === 'public' ? name : `${schema}.${name}`;
}

const OWN_SCHEMAS = `nspname !~ '^pg_' and nspname <> 'information_schema'`;

/**
 * @typedef {object} Table
 * @property {string} name Quoted, with its schema: `public.orders`.
 * @property {string[]} columns Quoted names of what is stored; generated columns are not.
 * @property {string[]} references Names of the other tables its foreign keys point to.
 */

/**
 * The tables that hold data, each after those it references, so that they can be filled in this order.
 *
 * @param {import('pg').ClientBase} session
 * @returns {Promise<Table[]>}
 * @throws when tables reference each other in a circle.
 */
export async function readTables(session) {
  const { rows } = await session.query(
    `select format('%I.%I', nspname, relname) as name,
            (select coalesce(array_agg(quote_ident(attname) order by attnum), '{}') from pg_attribute
              where attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns,
            (select coalesce(array_agg(distinct format('%I.%I', target_schema.nspname, target.relname)), '{}')
               from pg_constraint
               join pg_class target on target.oid = confrelid
               join pg_namespace target_schema on target_schema.oid = target.relnamespace
              where conrelid = pg_class.oid and contype = 'f' and confrelid <> conrelid) as references
       from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relkind = 'r' and relpersistence <> 't' and ${OWN_SCHEMAS}
      order by name`,
  );
  return inOrder(rows);
}

function inOrder(tables) {
  const sorted = [];
  const placed = new Set();
  let waiting = tables;
  while (waiting.length > 0) {
    const ready = waiting.filter((table) => table.references.every((name) => placed.has(name)));
    if (ready.length === 0) {
      const names = waiting.map((table) => table.name).join(', ');
      throw new Error(`${names} reference each other in a circle; back this database up with pg_dump.`);
    }
    for (const table of ready) placed.add(table.name);
    sorted.push(...ready);
    waiting = waiting.filter((table) => !placed.has(table.name));
  }
  return sorted;
}

/**
 * What these backups would leave out or spoil, in words; empty when there is nothing of it.
 *
 * @param {import('pg').ClientBase} session
 * @returns {Promise<string[]>}
 */
export async function readUnsupported(session) {
  const { rows } = await session.query(
    `select format('the %s %I.%I', case relkind when 'm' then 'materialized view' else 'foreign table' end, nspname,
                   relname) as what
       from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relkind in ('f', 'm') and ${OWN_SCHEMAS}
     union all
     select format('the trigger %I on %s, which would fire while rows are restored', tgname, tgrelid::regclass)
       from pg_trigger where not tgisinternal
     union all
     select format('%s large objects', count(*)) from pg_largeobject_metadata having count(*) > 0
     order by what`,
  );
  return rows.map((row) => row.what);
}

/**
 * Where every sequence stands. Sequences are outside of transactions: read them after the rows, then none is behind.
 *
 * @param {import('pg').ClientBase} session
 * @returns {Promise<{ name: string, lastValue: string, isCalled: boolean }[]>}
 */
export async function readSequences(session) {
  const { rows } = await session.query(
    `select format('%I.%I', nspname, relname) as name
       from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relkind = 'S' and relpersistence <> 't' and ${OWN_SCHEMAS}
      order by name`,
  );
  const sequences = [];
  for (const { name } of rows) {
    const { rows: state } = await session.query(
      `select last_value::text as "lastValue", is_called as "isCalled" from ${name}`,
    );
    sequences.push({ name, ...state[0] });
  }
  return sequences;
}

/**
 * The schema in sorted lines of text, one for each thing it consists of. Two databases with the same lines, on servers
 * of the same major version, take and answer the same statements.
 *
 * @param {import('pg').ClientBase} session
 * @returns {Promise<string[]>}
 */
export async function describeSchema(session) {
  const { rows } = await session.query(
    `with own_class as (
       select pg_class.oid, relname, relkind, format('%I.%I', nspname, relname) as name
         from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where ${OWN_SCHEMAS} and relpersistence <> 't'
     )
     select 'extension ' || quote_ident(extname) as line from pg_extension
     union all
     select format('column %s.%I %s%s%s%s', name, attname, format_type(atttypid, atttypmod),
                   case when attnotnull then ' not null' end,
                   case when attidentity <> '' then ' identity ' || attidentity::text end,
                   case when adbin is not null
                        then case attgenerated when '' then ' default ' else ' generated ' end || pg_get_expr(adbin, adrelid)
                   end)
       from own_class join pg_attribute on attrelid = own_class.oid
       left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where relkind in ('r', 'p') and attnum > 0 and not attisdropped
     union all
     select format('constraint %s.%I %s', name, conname, pg_get_constraintdef(pg_constraint.oid))
       from own_class join pg_constraint on conrelid = own_class.oid
      where contype <> 'n'
     union all
     select format('index %s%s', pg_get_indexdef(indexrelid), case when not indisvalid then ' invalid' end)
       from own_class join pg_index on indrelid = own_class.oid
     union all
     select format('view %s %s', name, pg_get_viewdef(oid)) from own_class where relkind in ('v', 'm')
     union all
     select format('sequence %s as %s from %s to %s start %s by %s%s', name, format_type(seqtypid, null), seqmin, seqmax,
                   seqstart, seqincrement, case when seqcycle then ' cycle' end)
       from own_class join pg_sequence on seqrelid = own_class.oid
     union all
     select format('trigger %s', pg_get_triggerdef(pg_trigger.oid))
       from own_class join pg_trigger on tgrelid = own_class.oid where not tgisinternal
     union all
     select format('function %s', pg_get_functiondef(pg_proc.oid))
       from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
      where ${OWN_SCHEMAS} and prokind in ('f', 'p')
        and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
     union all
     select format('type %I.%I %s', nspname, typname, array_agg(enumlabel::text order by enumsortorder))
       from pg_type join pg_namespace on pg_namespace.oid = typnamespace join pg_enum on enumtypid = pg_type.oid
      where ${OWN_SCHEMAS} group by nspname, typname
     union all
     select format('comment on %s%s %s', name, '.' || quote_ident(attname), description)
       from own_class join pg_description on objoid = own_class.oid and classoid = 'pg_class'::regclass
       left join pg_attribute on attrelid = objoid and attnum = objsubid and objsubid > 0`,
  );
  return rows.map((row) => row.line).sort();
}

/**
 * What one schema has and the other has not, in words; empty when they are the same.
 *
 * @param {string[]} expected
 * @param {string[]} actual
 */
export function compareSchemas(expected, actual) {
  return [
    ...expected.filter((line) => !actual.includes(line)).map((line) => `missing: ${line}`),
    ...actual.filter((line) => !expected.includes(line)).map((line) => `not expected: ${line}`),
  ];
}

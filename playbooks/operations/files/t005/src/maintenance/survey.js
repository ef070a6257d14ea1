/*
 * What the server itself knows about tables and indexes. Its thresholds are those autovacuum works with: the server's
 * settings, or the storage parameters of a table where it has its own.
 */

const OWN = `nspname !~ '^pg_' and nspname <> 'information_schema'`;

const setting = (name) =>
  `coalesce((select option_value from pg_options_to_table(pg_class.reloptions) where option_name = '${name}'),
            current_setting('${name}'))::float8`;

/**
 * @typedef {object} TableFacts
 * @property {string} name Quoted, with its schema.
 * @property {number} rows Estimated.
 * @property {number} dead Rows that were updated or deleted and still take room.
 * @property {number} changed Rows changed since statistics were taken.
 * @property {boolean} analyzed Whether statistics were ever taken.
 * @property {number} frozenAge Transactions since the oldest row that is not frozen.
 * @property {{ vacuumBase: number, vacuumShare: number, analyzeBase: number, analyzeShare: number, freezeAge: number }} limits
 */

/**
 * @param {import('pg').ClientBase} session
 * @returns {Promise<TableFacts[]>}
 */
export async function surveyTables(session) {
  const { rows } = await session.query(
    `select format('%I.%I', nspname, pg_class.relname) as name,
            greatest(reltuples, n_live_tup, 0)::float8 as rows,
            n_dead_tup::float8 as dead,
            n_mod_since_analyze::float8 as changed,
            coalesce(last_analyze, last_autoanalyze) is not null as analyzed,
            age(relfrozenxid)::float8 as "frozenAge",
            jsonb_build_object(
              'vacuumBase', ${setting('autovacuum_vacuum_threshold')},
              'vacuumShare', ${setting('autovacuum_vacuum_scale_factor')},
              'analyzeBase', ${setting('autovacuum_analyze_threshold')},
              'analyzeShare', ${setting('autovacuum_analyze_scale_factor')},
              'freezeAge', ${setting('autovacuum_freeze_max_age')}
            ) as limits
       from pg_class
       join pg_namespace on pg_namespace.oid = relnamespace
       join pg_stat_user_tables on relid = pg_class.oid
      where relkind = 'r' and relpersistence <> 't' and ${OWN}
      order by name`,
  );
  return rows;
}

/**
 * @typedef {object} IndexFacts
 * @property {string} name Quoted, with its schema.
 * @property {string} table
 * @property {boolean} valid False when building it failed half-way.
 * @property {number} bytes
 * @property {number | null} neededBytes What its entries would need in a new index; null when that cannot be estimated.
 * @property {boolean} needed Whether it holds a constraint, or must be unique.
 * @property {number} scans Since the statistics of the database were reset.
 */

/**
 * The room a B-tree needs is estimated from the number of rows and the average width of its columns: 8 bytes for each
 * entry's header, 4 for its pointer in the page, values rounded up to 8, pages of which nine tenths are filled.
 *
 * @param {import('pg').ClientBase} session
 * @returns {Promise<IndexFacts[]>}
 */
export async function surveyIndexes(session) {
  const { rows } = await session.query(
    `select format('%I.%I', nspname, index.relname) as name,
            format('%I.%I', nspname, tables.relname) as table,
            indisvalid as valid,
            pg_relation_size(index.oid)::float8 as bytes,
            case when amname = 'btree' and index.reltuples >= 0 then (
              select case when count(*) = count(avg_width)
                          then (ceil(index.reltuples * (12 + sum(ceil(avg_width / 8.0) * 8)) / 0.9 / 8152) + 2) * 8192 end
                from pg_attribute
                left join pg_stats on schemaname = nspname
                 and (tablename, pg_stats.attname) in (
                   (tables.relname, pg_get_indexdef(index.oid, attnum, false)), (index.relname, pg_attribute.attname))
               where attrelid = index.oid and attnum > 0
            ) end::float8 as "neededBytes",
            indisunique or exists (select from pg_constraint where conindid = index.oid) as needed,
            idx_scan::float8 as scans
       from pg_index
       join pg_class index on index.oid = indexrelid
       join pg_class tables on tables.oid = indrelid
       join pg_namespace on pg_namespace.oid = index.relnamespace
       join pg_am on pg_am.oid = index.relam
       join pg_stat_user_indexes on pg_stat_user_indexes.indexrelid = index.oid
      where index.relkind = 'i' and ${OWN}
      order by name`,
  );
  return rows;
}

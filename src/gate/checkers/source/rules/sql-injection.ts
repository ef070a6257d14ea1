import type { SgNode } from '@ast-grep/napi';
import type { ParsedFile } from '../engine/parsed-file';
import { findUnsafeText } from '../engine/query-text';
import type { Snippet, SourceRule } from '../engine/rule';

/** Calls that take a part of a statement: a composite there needs no more than a fragment of SQL. */
const LOOSE =
  /^(?:query|execute|executemany|raw|unsafe|\$(?:query|execute)RawUnsafe|whereRaw|orWhereRaw|andWhereRaw|orderByRaw|havingRaw|groupByRaw|fromRaw|joinRaw|selectRaw|literal|where|andWhere|orWhere|having|orderBy|extra|RawSQL|text|createQuery|createNativeQuery|createStatement|prepareStatement|prepareCall|nativeQuery|executeQuery|executeUpdate|queryForObject|queryForList|queryForMap|queryForRowSet|queryForStream|batchUpdate|sql)$/;
/** Calls that take text for people, and those that are looked into by themselves. */
const NOT_A_SINK =
  /^(?:log|info|warn|warning|error|debug|trace|fatal|println|print|describe|it|test|Error|\w+Error|\w+Exception|push|append|add|concat|join|trim|strip|replace|replaceAll|format|formatted|String|StringBuilder|StringBuffer|toString|dedent|add_argument|match|test|includes|startsWith|endsWith|split|equals|contains|assert\w*|expect|explain|gql|comment)$/;

const message =
  'A query is put together from text that is no constant; pass the values as parameters, and names by a list of what is allowed.';

function find(file: ParsedFile): readonly SgNode[] {
  const found = new Map<number, SgNode>();
  for (const call of file.calls()) {
    if (NOT_A_SINK.test(call.name)) continue;
    // `text` is SQLAlchemy's; in JavaScript it writes text for people.
    const loose = LOOSE.test(call.name) && (call.name !== 'text' || file.language === 'python');
    for (const arg of call.args.slice(0, 4)) {
      const unsafe = candidatesOf(arg)
        .map((candidate) => findUnsafeText(file, candidate, loose))
        .find((node) => node !== null);
      if (unsafe !== undefined) found.set(unsafe.id(), unsafe);
    }
  }
  return [...found.values()];
}

/** The argument, or the properties of an options object that hold a statement. */
function candidatesOf(arg: SgNode): readonly SgNode[] {
  if (arg.kind() !== 'object') return [arg];
  return arg.namedChildren().flatMap((pair) => {
    const value = /^["']?(?:text|sql|query|statement)["']?$/.test(pair.field('key')?.text() ?? '')
      ? pair.field('value')
      : null;
    return value ?? [];
  });
}

const NODE_BAD: readonly Snippet[] = [
  'app.get("/u", async (req, res) => { const r = await pool.query(`SELECT * FROM users WHERE name = \'${req.query.name}\'`); res.json(r.rows); });',
  'async function f(db, name) { return db.query("select * from users where name = \'" + name + "\'"); }',
  "async function f(db, name) { const sql = `select id from users where name = '${name}'`; return db.query(sql); }",
  'async function f(db, sort) { let sql = "select * from users"; sql += " order by " + sort; return db.query(sql, []); }',
  'async function f(db, sort) { let sql = "select * from users where a = $1"; sql = sql + ` order by ${sort}`; const r = await db.query(sql, [1]); return r; }',
  'const f = (knex, q) => knex("users").whereRaw(`name like \'%${q}%\'`);',
  'const f = (q) => knex.raw("select * from users where id = " + q);',
  'const f = (q) => sequelize.query(`SELECT * FROM users WHERE id = ${q}`, { type: QueryTypes.SELECT });',
  "const f = (q) => prisma.$queryRawUnsafe(`SELECT * FROM users WHERE email = '${q}'`);",
  'const f = (repo, q) => repo.createQueryBuilder("u").where(`u.name = \'${q}\'`).getMany();',
  'const f = (q) => client.query({ text: `select * from t where a = ${q}`, values: [] });',
  'const f = (pool, q) => pool.execute(util.format("select * from t where a = \'%s\'", q));',
  'async function list({ status }) { const where = []; if (status) where.push(`status = \'${status}\'`); const sql = `select * from orders where ${where.join(" and ")}`; return pool.query(sql); }',
  "function build(name) { return `select * from users where name = '${name}'`; } const f = (db, n) => db.query(build(n));",
  "const f = (db, filter) => db.all(`SELECT * FROM products WHERE title LIKE '%${filter.title.trim()}%'`);",
  'const f = async (db, ids) => db.query(`select * from t where id in (${ids.join(",")})`);',
  "const f = (sql, name) => sql.unsafe(`select * from users where name = '${name}'`);",
  {
    path: 'src/a.service.ts',
    code: 'class A { constructor(private readonly ds: DataSource) {} find(@Param("id") id: number) { return this.ds.query(`SELECT * FROM t WHERE id = ${id}`); } }',
  },
  {
    path: 'src/a.ts',
    code: 'export async function find(name: string): Promise<User[]> { const text = "SELECT * FROM users WHERE name = \'" + name + "\'"; const { rows } = await pool.query<User>(text); return rows; }',
  },
];

const NODE_GOOD: readonly Snippet[] = [
  'const f = (sql, name) => sql`select * from users where name = ${name}`;',
  'const f = (name) => prisma.$queryRaw(Prisma.sql`select * from users where name = ${name}`);',
  'const f = (db, id) => db.query("select * from t where id = $1", [id]);',
  'const COLUMNS = "id, name"; const f = (db, id) => db.query(`select ${COLUMNS} from t where id = $1`, [id]);',
  'const columns = ["id", "name"].join(", "); const f = (db, id) => db.query(`select ${columns} from t where id = $1`, [id]);',
  'const f = (db, ids) => { const marks = ids.map((_, i) => `$${i + 1}`).join(", "); return db.query(`select * from t where id in (${marks})`, ids); };',
  'const f = (db, q) => { const where = []; const values = []; if (q.a) { values.push(q.a); where.push(`a = $${values.length}`); } const clause = where.length ? `where ${where.join(" and ")}` : ""; return db.query(`select * from t ${clause} limit $${values.length + 1}`, values); };',
  'const f = (db, desc) => db.query(`select * from t order by id ${desc ? "desc" : "asc"}`);',
  'const SORTS = { name: "name", age: "age" }; const f = (db, sort) => db.query(`select * from t order by ${SORTS[sort]}`);',
  'const f = (db, sort) => { if (!["a", "b"].includes(sort)) throw new Error("no"); return db.query(`select * from t order by ${sort}`); };',
  'const f = (db, id) => db.query(`select * from t where id = ${Number(id)}`);',
  'const f = (db, name) => db.query(`select * from ${pg.escapeIdentifier(name)}`);',
  'const f = (db, name) => db.query(`CREATE DATABASE ${name}`);',
  'const f = (log, id) => log.info(`select one from the set where id = ${id}`);',
  'function rows(db, table) { return db.query(`select * from ${table}`); } const a = (db) => rows(db, "orders");',
  'import { TABLE } from "./names.js"; import { fields } from "./f.js"; const f = (db) => db.query(`select ${fields} from ${TABLE}`);',
  'const f = (ids) => pool.query(`select * from t where id in (${ids.map(() => "?").join(",")})`, ids);',
  'const f = (db, rows) => db.query(`insert into t (a, b) values ${rows.map((_, i) => `($${i * 2 + 1}, $${i * 2 + 2})`).join(", ")}`, rows.flat());',
  'const page = (query, params) => rawQuery(`select count(*) as num from (${query}) t`, params);',
  'doc.text(`${item.quantity}x from ${name} and ${price}`);',
  'const f = (name) => fetch(`https://example.org/select?from=${name}`);',
  'const f = (knex, q) => knex("users").whereRaw("name like ?", [`%${q}%`]);',
  {
    path: 'src/a.ts',
    code: 'export class Repo { private readonly table = "orders"; one(id: string) { return this.db.query(`select * from ${this.table} where id = $1`, [id]); } page(limit: number) { return this.db.query(`select * from t limit ${limit}`); } }',
  },
];

const PYTHON_BAD: readonly Snippet[] = [
  'def f(cur, name):\n    cur.execute(f"select * from users where name = \'{name}\'")\n',
  'def f(cur, name):\n    cur.execute("select * from users where name = \'%s\'" % name)\n',
  'def f(cur, name):\n    cur.execute("select * from users where name = \'{}\'".format(name))\n',
  'def f(cur, name):\n    sql = "select * from users where name = \'" + name + "\'"\n    cur.execute(sql)\n',
  'def f(session, q: str):\n    return session.execute(text(f"SELECT * FROM items WHERE title LIKE \'%{q}%\'")).all()\n',
  'async def f(conn, q: str):\n    return await conn.fetch(f"SELECT * FROM items WHERE title = \'{q}\'")\n',
  'def f(request):\n    return User.objects.raw("SELECT * FROM app_user WHERE name = \'" + request.GET["name"] + "\'")\n',
  'def f(q):\n    return User.objects.extra(where=[f"name = \'{q}\'"])\n',
  'def f(db, sort: str):\n    query = "select * from items"\n    query += f" order by {sort}"\n    return db.execute(query)\n',
  'def f(db, status: str):\n    clauses = []\n    clauses.append(f"status = \'{status}\'")\n    where = " and ".join(clauses)\n    return db.execute(f"select * from items where {where}")\n',
  'def f():\n    name = request.args.get("name")\n    return db.session.execute(f"select * from users where name = \'{name}\'")\n',
];

const PYTHON_GOOD: readonly Snippet[] = [
  'def f(cur, name):\n    cur.execute("select * from users where name = %s", (name,))\n',
  'COLUMNS = "id, name"\ndef f(cur, name):\n    cur.execute(f"select {COLUMNS} from users where name = %s", (name,))\n',
  'def f(cur, ids):\n    marks = ", ".join(["%s"] * len(ids))\n    cur.execute(f"select * from t where id in ({marks})", ids)\n',
  'def f(cur, table):\n    cur.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))\n',
  'def f(session, q):\n    return session.execute(text("select * from t where a = :a"), {"a": q})\n',
  'def f(cur, sort: str):\n    if sort not in ALLOWED:\n        raise ValueError\n    cur.execute(f"select * from t order by {sort}")\n',
  'def f(cur, q):\n    where = []\n    if q:\n        where.append("a = %s")\n    clause = f" where {\' and \'.join(where)}" if where else ""\n    cur.execute(f"select * from t{clause}", q)\n',
  'def f(log, q):\n    log.info(f"select from {q}")\n',
  'def f(cur, limit: int):\n    cur.execute(f"select * from t limit {limit}")\n',
  'def f(cur, desc):\n    order = "desc" if desc else "asc"\n    cur.execute(f"select * from t order by id {order}")\n',
];

const JAVA_BAD: readonly Snippet[] = [
  'class A { List<User> f(String name) throws Exception { return st.executeQuery("select * from users where name = \'" + name + "\'"); } }',
  'class A { Object f(String name) { String sql = "select * from users where name = \'" + name + "\'"; return jdbcTemplate.query(sql, mapper); } }',
  'class A { Object f(String name) { return em.createQuery("select u from User u where u.name = \'" + name + "\'").getResultList(); } }',
  'class A { Object f(String name) { return em.createNativeQuery(String.format("select * from users where name = \'%s\'", name)).getResultList(); } }',
  'class A { Object f(String name) { return jdbc.queryForList("select * from users where name = \'%s\'".formatted(name)); } }',
  'class A { Object f(String name) { StringBuilder sql = new StringBuilder("select * from users"); sql.append(" where name = \'" + name + "\'"); return jdbc.query(sql.toString(), mapper); } }',
  'class A { Object f(String sort) { return jdbcClient.sql("select * from users order by " + sort).query(User.class).list(); } }',
];

const JAVA_GOOD: readonly Snippet[] = [
  'class A { Object f(String name) { return jdbcTemplate.query("select * from users where name = ?", mapper, name); } }',
  'class A { static final String COLUMNS = "id, name"; Object f(String name) { return jdbc.query("select " + COLUMNS + " from users where name = ?", mapper, name); } }',
  'class A { Object f(boolean desc) { return jdbc.query("select * from users order by id " + (desc ? "desc" : "asc"), mapper); } }',
  'class A { Object f(long id) { log.info("select from where " + id); throw new IllegalStateException("no select from users where id = " + id); } }',
  'class A { Object f(int limit) { return jdbc.query("select * from users limit " + limit, mapper); } }',
  'class A { Object f(List<Long> ids) { String marks = String.join(",", Collections.nCopies(ids.size(), "?")); return jdbc.query("select * from users where id in (" + marks + ")", mapper); } }',
  'class A { Object f(String a) { StringBuilder sql = new StringBuilder("select * from users where 1 = 1"); if (a != null) sql.append(" and a = ?"); return jdbc.query(sql.toString(), mapper, a); } }',
];

/** Queries put together from text, per language. */
export const SQL_INJECTION_RULES: readonly SourceRule[] = [
  {
    id: 'js-query-from-text',
    mentions: /\b(?:select|insert|update|delete|where|order\s+by|like|having)\b|[=<>]\s*'/i,
    item: 'sql-injection',
    language: 'javascript',
    find,
    message,
    bad: NODE_BAD,
    good: NODE_GOOD,
  },
  {
    id: 'py-query-from-text',
    mentions: /\b(?:select|insert|update|delete|where|order\s+by|like|having)\b|[=<>]\s*'/i,
    item: 'sql-injection',
    language: 'python',
    find,
    message,
    bad: PYTHON_BAD,
    good: PYTHON_GOOD,
  },
  {
    id: 'java-query-from-text',
    mentions: /\b(?:select|insert|update|delete|where|order\s+by|like|having|from)\b/i,
    item: 'sql-injection',
    language: 'java',
    find,
    message,
    bad: JAVA_BAD,
    good: JAVA_GOOD,
  },
];

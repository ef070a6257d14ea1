import type { SgNode } from '@ast-grep/napi';
import { listOfCallback, parametersOf } from '../engine/names';
import { type Call, fieldOf, functionAround, isFunction, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { servingFunctions } from './handlers';
import { callsWithin, descendants, isWithin, literalOf, valueOf } from './match';

const BLOCKING =
  /^(?:(?:read|write|append|copy|access|exists|stat|lstat|fstat|readdir|mkdir|rm|rmdir|unlink|rename|open|close|truncate|chmod|chown|symlink|readlink|realpath|utimes|mkdtemp|opendir)(?:File|v|p)?Sync|(?:exec|execFile|spawn|fork)Sync|(?:pbkdf2|scrypt|hkdf|generateKeyPair|generateKey|generatePrime|checkPrime)Sync|(?:hash|compare|genSalt)Sync|(?:gzip|gunzip|deflate|inflate|deflateRaw|inflateRaw|unzip|brotliCompress|brotliDecompress)Sync)$/;

function blockingCalls(file: ParsedFile): SgNode[] {
  const calls = file.calls().filter(isBlocking);
  const spins = file
    .all('while_statement')
    .filter(
      (node) =>
        /Date\.now\(\)|performance\.now\(\)|new Date\(\)/.test(node.field('condition')?.text() ?? '') &&
        !/\bawait\b/.test(node.text()),
    );
  if (calls.length === 0 && spins.length === 0) return [];
  const serving = servingFunctions(file);
  const isServing = (node: SgNode): boolean => {
    // A callback inside a serving function runs with it.
    const around = functionAround(node);
    return (
      around !== null &&
      [around, ...around.ancestors().filter(isFunction)].some((outer) => serving.has(outer.id()))
    );
  };
  return [...calls.map(({ node }) => node), ...spins].filter(isServing);
}

function isBlocking({ name, callee }: Call): boolean {
  return BLOCKING.test(name) || /^(?:Atomics\.wait|deasync\.\w+)$/.test(callee);
}

const DATABASE =
  /(?:^|[._])(?:pool|db|database|client|conn|connection|knex|sequelize|prisma|em|entityManager|manager|queryRunner|trx|tx|session|dao|\w*[rR]epo(?:sitory|s)?|\w*Model|\w*[dD]ao|\w*Store)(?:[.[]\w+\]?)?$/;
const FINDERS =
  /^(?:find\w*|get\w+|list\w*|load\w*|fetch\w*|select\w*|count\w*|exists\w*|by[A-Z]\w*|query|one|oneOrNone|many|manyOrNone|any|first|aggregate|queryRaw|\$queryRaw)$/;
const BATCH = /batch|chunk|page|attempt|retry|migration|shard|tenant/i;

/** Questions about the database itself: their number grows with the schema, not with the rows. */
const ABOUT_SCHEMA = /\b(?:information_schema|pg_\w+|regclass|setval|nextval|last_value|sqlite_master)\b/i;

/** A read of the database, as far as one file tells. */
function readsDatabase(call: Call, file: ParsedFile): boolean {
  const { receiver, name, args } = call;
  // knex: `knex('posts').where(…)`, awaited as it is.
  if (name === 'where' && receiver !== null && /^(?:this\.)?(?:knex|db|trx)\(/.test(receiver.text())) {
    return !/\.(?:update|insert|del|delete)\(/.test(statementAround(call.node));
  }
  if (receiver === null) {
    if (!/^(?:query|sql)$/.test(name)) return false;
    return /^\s*(?:select|with)\b/i.test(textOf(file, args[0]));
  }
  if (
    !/^(?:execute|raw|all|count\w*|aggregate|exists\w*|get\w+|one|any|many\w*)$|^(?:find|list|load|fetch|select|by[A-Z]|query|oneOr|first|\$query)/.test(
      name,
    )
  )
    return false;
  const text = receiver.text();
  if (ABOUT_SCHEMA.test(call.node.text())) return false;
  if (/^(?:query|execute|any|one|many|oneOrNone|manyOrNone|raw|all|get)$/.test(name)) {
    return /^\s*(?:select|with)\b/i.test(textOf(file, args[0])) && (DATABASE.test(text) || name === 'query');
  }
  const isModel =
    /^[A-Z]\w+$/.test(text) &&
    /^(?:find(?:One|ByPk|ById|All|AndCountAll|Many|Unique|First)?|count|countDocuments|aggregate)$/.test(
      name,
    ) &&
    !/^(?:Object|Array|Promise|Map|Math|JSON)$/.test(text);
  return isModel || (DATABASE.test(text) && FINDERS.test(name) && name !== 'get');
}

function statementAround(node: SgNode): string {
  return (
    node
      .ancestors()
      .find((outer) => /statement|declaration/.test(String(outer.kind())))
      ?.text() ?? ''
  );
}

function textOf(file: ParsedFile, node: SgNode | undefined): string {
  if (node === undefined) return '';
  const value = valueOf(file, node);
  const config =
    value.kind() === 'object' ? (/(?:text|sql)\s*:\s*['"`]([^'"`]*)/.exec(value.text())?.[1] ?? '') : null;
  return config ?? literalOf(value) ?? value.text().replace(/^['"`]/, '');
}

/** Reads inside a loop over rows, or inside a callback run for each of them, that speak of the row at hand. */
function readsInLoops(file: ParsedFile): SgNode[] {
  return file.calls().flatMap((call) => {
    const reads = readsDatabase(call, file);
    if (!reads && !isOwnCall(call, file)) return [];
    if (!isAwaitedOrReturned(call.node)) return [];
    const around = loopAround(call.node);
    if (around === null || BATCH.test(around.variable) || BATCH.test(around.list)) return [];
    const mentions = around.names.some((name) =>
      call.args.some((arg) => new RegExp(`\\b${name}\\b`).test(arg.text())),
    );
    if (!mentions) return [];
    return reads || callsReader(call, file) ? [call.node] : [];
  });
}

function isAwaitedOrReturned(node: SgNode): boolean {
  const chain = node.ancestors();
  const end = chain.findIndex((outer) => isFunction(outer) || String(outer.kind()).endsWith('statement'));
  const inner = chain.slice(0, end + 1);
  return inner.some((outer) =>
    /^(?:await_expression|return_statement|arrow_function)$/.test(String(outer.kind())),
  );
}

function isOwnCall(call: Call, file: ParsedFile): boolean {
  return (
    (call.receiver === null || call.receiver.kind() === 'this') &&
    file.names().functionNamed(call.name) !== null
  );
}

/** A function of the same file, or a repository's, that reads the database itself. */
function callsReader(call: Call, file: ParsedFile): boolean {
  if (call.receiver !== null && call.receiver.text() !== 'this') return false;
  const own = file.names().functionNamed(call.name);
  const body = own?.field('body') ?? null;
  if (body === null) return false;
  return callsWithin(file, body).some(
    (inner) => readsDatabase(inner, file) && loopAround(inner.node) === null,
  );
}

interface Loop {
  readonly names: readonly string[];
  readonly variable: string;
  readonly list: string;
}

/** The nearest loop over a list in the same function, or the callback run for each of its elements. */
function loopAround(node: SgNode): Loop | null {
  for (const outer of node.ancestors()) {
    if (
      outer.kind() === 'for_in_statement' &&
      outer.field('right') !== null &&
      !isWithin(node, outer.field('right') ?? outer)
    ) {
      return loopOf(outer.field('left'), outer.field('right'));
    }
    if (outer.kind() === 'for_statement') {
      const index = fieldOf(descendants(outer, 'variable_declarator')[0], 'name')?.text();
      const derived = descendants(outer, 'variable_declarator')
        .filter((node) =>
          node
            .field('value')
            ?.text()
            .includes(`[${index ?? ''}]`),
        )
        .map((node) => node.field('name')?.text() ?? '');
      if (index !== undefined && (outer.field('condition')?.text() ?? '').includes('.length')) {
        return { names: [index, ...derived], variable: index, list: outer.field('condition')?.text() ?? '' };
      }
    }
    if (isFunction(outer)) {
      const list = listOfCallback(outer);
      if (list === null) return null;
      const [first] = parametersOf(outer);
      return first === undefined ? null : loopOf(first, list);
    }
  }
  return null;
}

function loopOf(pattern: SgNode | null, list: SgNode | null): Loop | null {
  if (pattern === null || list === null) return null;
  // A fixed list does not grow with the rows.
  if (list.kind() === 'array' || /^_?[A-Z][A-Z0-9_]+$/.test(list.text())) return null;
  const names = pattern.text().match(/[A-Za-z_$][\w$]*/g) ?? [];
  return { names, variable: pattern.text(), list: list.text() };
}

export const JAVASCRIPT_RUNTIME_RULES: readonly SourceRule[] = [
  {
    id: 'js-blocking-call',
    mentions: /Sync\b|\bwhile\b|Atomics\.wait|deasync/,
    item: 'non-blocking',
    language: 'javascript',
    where: 'service',
    message: 'A synchronous call blocks every other request while it runs; use the asynchronous form.',
    find: blockingCalls,
    bad: [
      'app.get("/x", (req, res) => { res.send(fs.readFileSync("a.txt", "utf8")); });',
      'async function register(body) { const hash = bcrypt.hashSync(body.password, 10); return save(hash); }',
      'function thumb(x) { return execSync(`convert ${x}`); } app.post("/t", (req, res) => { res.send(thumb(req.body.x)); });',
      'export async function handler(request, reply) { const key = crypto.pbkdf2Sync(request.body.p, "s", 100000, 64, "sha512"); reply.send(key); }',
      'app.get("/x", async (req, res) => { const end = Date.now() + 50; while (Date.now() < end) {} res.json({}); });',
      'fastify.get("/x", { handler: (request, reply) => reply.send(readFileSync("a")) });',
      'const resolvers = { Query: { price: (parent, args) => JSON.parse(fs.readFileSync("a.json", "utf8")) } };',
    ],
    good: [
      'const schema = fs.readFileSync("schema.sql", "utf8"); app.get("/x", (req, res) => res.send(schema));',
      'async function migrate(pool) { for (const name of fs.readdirSync("migrations")) await pool.query(fs.readFileSync(name, "utf8")); }',
      'function loadConfig() { return JSON.parse(fs.readFileSync("config.json", "utf8")); }',
      'app.get("/x", async (req, res) => { res.send(await fs.promises.readFile("a.txt")); });',
      'export function createApp() { const spec = readFileSync("openapi.yaml"); const app = express(); app.get("/x", (req, res) => res.send(spec)); return app; }',
    ],
  },
  {
    id: 'js-read-in-loop',
    mentions: /\bfor\s*\(|\bfor\s+await\b|\.(?:map|forEach|flatMap)\(/,
    item: 'no-n-plus-one',
    language: 'javascript',
    where: 'service',
    message: 'One query for each row: read what belongs to all rows in one query, by join or by list.',
    find: readsInLoops,
    bad: [
      'async function list(db) { const { rows } = await db.query("select * from orders"); for (const row of rows) { row.items = (await db.query("select * from items where order_id = $1", [row.id])).rows; } return rows; }',
      'async function list() { const orders = await repo.findAll(); return Promise.all(orders.map(async (order) => ({ ...order, items: await repo.findItems(order.id) }))); }',
      'async function list() { const users = await User.findAll(); for (const user of users) { user.posts = await Post.findAll({ where: { userId: user.id } }); } return users; }',
      'async function itemsOf(id) { const { rows } = await pool.query("SELECT * FROM items WHERE order_id = $1", [id]); return rows; } async function list(orders) { for (const order of orders) { order.items = await itemsOf(order.id); } return orders; }',
      'async function list(prisma) { const users = await prisma.user.findMany(); for (const u of users) { u.posts = await prisma.post.findMany({ where: { authorId: u.id } }); } return users; }',
      'async function list(pool, rows) { return Promise.all(rows.map((row) => pool.query("select name from tags where id = $1", [row.tag_id]))); }',
      'async function f(knex) { const users = await knex("users"); for (const u of users) { u.posts = await knex("posts").where({ user_id: u.id }); } return users; }',
      'async function f(pool, rows) { for (let i = 0; i < rows.length; i += 1) { const r = await pool.query("select 1 from t where id = $1", [rows[i].id]); rows[i].x = r; } }',
    ],
    good: [
      'async function list(db) { const { rows } = await db.query("select * from orders"); const ids = rows.map((row) => row.id); const items = await db.query("select * from items where order_id = any($1)", [ids]); return [rows, items]; }',
      'async function save(db, items) { for (const item of items) { await db.query("insert into items values ($1)", [item.id]); } }',
      'async function f(db) { for (const table of ["a", "b"]) { await db.query(`select count(*) from ${table}`); } }',
      'async function f(knex, rows) { for (const row of rows) { await knex("posts").where({ id: row.id }).update({ seen: true }); } }',
      'function f(store, ids) { return ids.map((id) => store.get(id)); }',
      'async function f(db, batches) { for (const batch of batches) { await db.query("select * from t where id = any($1)", [batch]); } }',
      'async function f(files) { for (const file of files) { await readFile(file); } }',
    ],
  },
];

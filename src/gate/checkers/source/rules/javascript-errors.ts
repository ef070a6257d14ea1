import type { SgNode } from '@ast-grep/napi';
import { callOf, fieldOf, functionAround, isFunction, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { isHandler } from './handlers';
import { descendants, isAsync, isBare, isInAsync, statementsOf } from './match';

const ITEM = { item: 'error-handling', language: 'javascript' } as const;
const LOGGING = /^(?:console|[\w.]*\b(?:log|logger))\.(?:log|info|warn|error|debug|trace|fatal)\b/;

/** A catch that answers the caller as if nothing had happened. */
function answersSuccess(clause: SgNode): boolean {
  const body = clause.field('body');
  if (body === null) return false;
  const text = body.text();
  const fails =
    /\bthrow\b|\bnext\(|\breject\(|\.(?:status|code|sendStatus|writeHead)\(\s*(?![12]\d\d)|statusCode\s*=\s*(?![12]\d\d)|(?:ctx|context)\.(?:throw|status)|Promise\.reject|problem|sendError|handleError|process\.exit/i;
  if (fails.test(text)) return false;
  const says =
    /\b(?:res|response|reply)\s*(?:\.(?:status|code|type|header|set)\([^)]*\)\s*)*\.(?:json|send|end|sendStatus)\(|\b(?:ctx|context)\.body\s*=|return\s*\{\s*(?:success|ok)\s*:\s*true|return\s+(?:res|reply)\.|status:\s*2\d\d/;
  return says.test(text) || /^\{\s*return\s+true;?\s*\}$/.test(text);
}

/** A catch in a request handler that only writes a log line: the request never gets an answer. */
function onlyLogs(clause: SgNode, file: ParsedFile): boolean {
  const around = functionAround(clause);
  const statements = statementsOf(clause.field('body'));
  if (around === null || statements.length === 0 || !isHandler(around, file)) return false;
  if (!statements.every((statement) => LOGGING.test(statement.text()))) return false;
  // Something after the try answers.
  const rest =
    clause
      .parent()
      ?.nextAll()
      .filter((node) => node.isNamed() && !String(node.kind()).includes('comment')) ?? [];
  return rest.length === 0;
}

const CLOSING =
  /(?:end|close|stop|rollback|release|destroy|disconnect|quit|unlink|rm|remove|clean\w*|abort|kill|cancel|unlock|dispose|delete\w*|query)$/i;

function emptyHandlers(file: ParsedFile): SgNode[] {
  return file.calls().flatMap(({ node, name, args, receiver }) => {
    const [callback] = args;
    // A promise kept under another name is looked after elsewhere: `last = turn.catch(() => {})`.
    if (/assignment|declarator/.test(String(node.parent()?.kind()))) return [];
    if (name !== 'catch' || args.length !== 1 || callback === undefined || !isFunction(callback)) return [];
    const body = callback.field('body');
    const inner = receiver === null ? null : callOf(receiver);
    const isClosing =
      inner !== null &&
      CLOSING.test(inner.name) &&
      !/\b(?:select|insert|update|delete from)\b/i.test(inner.node.text());
    return body?.kind() === 'statement_block' && isBare(body) && !isClosing ? [node] : [];
  });
}

const DATABASE =
  /(?:^|\.|_)(?:pool|db|database|client|conn|connection|knex|sequelize|prisma(?:\.\w+)?|\w*[rR]epo(?:sitory)?|em|entityManager|queryRunner|trx|tx)$/;
const WRITES =
  /^(?:query|execute|save|insert|create|update|upsert|destroy|\$executeRaw|deleteMany|updateMany|insertMany|bulkCreate|commit)$/;
const COLLECTIONS =
  /^(?:get|set|has|add|push|delete|clear|then|catch|finally|on|once|emit|call|apply|bind|forEach|map|log|info|warn|error|debug|next|end|send|json|write|resolve|reject|close|start|stop|run|register|use|ready|after|handle|handler|main|listen|test|it)$/;

const DATABASE_CALL =
  /\b(?:pool|db|client|conn(?:ection)?|\w*repo(?:sitory)?|prisma(?:\.\w+)?|knex|trx|\w*Model)\.(?:query|execute|save|insert\w*|update\w*|delete\w*|create\w*|find\w*|upsert)\(/i;

/** A failed statement of the database reads like an empty answer, or is written to the log and forgotten. */
function dropsDatabaseError(clause: SgNode): boolean {
  const statements = statementsOf(clause.field('body'));
  const hasReason = descendants(clause, 'comment').length > 0;
  const around = functionAround(clause);
  if (hasReason || statements.length === 0 || around === null || !isAsync(around)) return false;
  if (!DATABASE_CALL.test(fieldOf(clause.parent(), 'body')?.text() ?? '')) return false;
  const rest = statements.filter((statement) => !LOGGING.test(statement.text()));
  const isForgotten =
    rest.length === 0 &&
    (clause
      .parent()
      ?.nextAll()
      .every((node) => !node.isNamed()) ??
      false);
  return (
    isForgotten ||
    (rest.length === 1 && /^return(?:\s+(?:null|undefined|\[\]|\{\}))?;?$/.test(rest[0]?.text() ?? ''))
  );
}

/** A promise nobody waits for, inside an asynchronous function: its failure has no way to the caller. */
function floating(file: ParsedFile): SgNode[] {
  return file.all('expression_statement').flatMap((statement) => {
    const expression = statement.namedChildren()[0];
    if (expression?.kind() !== 'call_expression') return [];
    const call = callOf(expression);
    if (call === null || !isInAsync(statement)) return [];
    if (
      call.args.some(
        (arg, at) =>
          at === call.args.length - 1 &&
          isFunction(arg) &&
          call.receiver !== null &&
          DATABASE.test(call.receiver.text()),
      )
    )
      return [];
    const receiver = call.receiver?.text() ?? '';
    if (
      DATABASE.test(receiver) &&
      WRITES.test(call.name) &&
      (call.name !== 'create' || /repo|prisma/i.test(receiver))
    )
      return [statement];
    const isKnown = file.project.asyncNames.has(call.name) && !COLLECTIONS.test(call.name);
    const isOwn = call.receiver === null || /^[\w.]+$/.test(receiver);
    return isKnown && isOwn && !/^(?:console|Math|JSON|Object|Array)$/.test(receiver) ? [statement] : [];
  });
}

/** Express 4 does not see what an asynchronous handler throws. */
function unguardedHandlers(file: ParsedFile): SgNode[] {
  const range = file.project.dependencies.get('express') ?? '';
  if (
    !/^[\^~=v\s]*4\b/.test(range) ||
    file.project.dependencies.has('express-async-errors') ||
    file.project.dependencies.has('express-promise-router')
  )
    return [];
  return file.calls().flatMap(({ name, receiver, args }) => {
    if (
      !/^(?:get|post|put|patch|delete|all|use)$/.test(name) ||
      receiver === null ||
      !/(?:app|router|api|route\(.*\))$/i.test(receiver.text())
    )
      return [];
    return args.filter((arg) => {
      if (!isFunction(arg) || !isAsync(arg)) return false;
      const body = arg.field('body');
      return (
        body !== null &&
        descendants(body, 'await_expression').some(
          (node) =>
            !node.ancestors().some((outer) => outer.kind() === 'try_statement' && isInside(outer, arg)),
        )
      );
    });
  });
}

function isInside(node: SgNode, outer: SgNode): boolean {
  return node.ancestors().some((around) => around.id() === outer.id());
}

/** Errors of Express routes with nothing of the project's own to answer them: its default page shows the stack. */
function missingMiddleware(file: ParsedFile): SgNode[] {
  if (file.project.handlesErrors) return [];
  const makes = file.calls().filter(({ callee, args }) => callee === 'express' && args.length === 0);
  const hasRoutes = /\.(?:get|post|put|patch|delete|use)\(/.test(file.text);
  return hasRoutes ? makes.slice(0, 1).map(({ node }) => node) : [];
}

export const JAVASCRIPT_ERROR_RULES: readonly SourceRule[] = [
  {
    id: 'js-empty-catch',
    ...ITEM,
    message: 'A caught error is dropped; handle it, or say in a comment why nothing is to be done.',
    find: (file) => file.all('catch_clause').filter((clause) => isBare(clause.field('body'))),
    bad: ['try { f(); } catch (e) {}', 'async function f() { try { await g(); } catch { } }'],
    good: [
      'try { f(); } catch { /* gone already */ }',
      'try { f(); } catch (e) { throw new Error("x", { cause: e }); }',
    ],
  },
  {
    id: 'js-catch-answers-success',
    mentions: /\bcatch\b/,
    ...ITEM,
    message: 'An error is answered as success; answer with the status that fits it, or pass it on.',
    find: (file) => file.all('catch_clause').filter(answersSuccess),
    bad: [
      'app.get("/x", async (req, res) => { try { res.json(await f()); } catch (err) { res.json({ ok: true }); } });',
      'app.get("/x", async (req, res) => { try { await f(); } catch (err) { res.status(200).json({ error: err.message }); } });',
      'async function f() { try { await g(); } catch (e) { return { success: true }; } }',
      'async function h(ctx) { try { await g(); } catch (e) { ctx.body = { items: [] }; } }',
    ],
    good: [
      'app.get("/x", async (req, res) => { try { res.json(await f()); } catch (err) { res.status(500).json({ error: "x" }); } });',
      'app.get("/x", async (req, res, next) => { try { res.json(await f()); } catch (err) { next(err); } });',
      'app.get("/x", async (req, res) => { try { await f(); } catch (err) { res.status(err.status).json({}); } });',
      'function isUrl(x) { try { new URL(x); return true; } catch { return false; } }',
    ],
  },
  {
    id: 'js-catch-only-logs',
    ...ITEM,
    message: 'A request handler logs the error and never answers; pass it to the error handler.',
    find: (file) => file.all('catch_clause').filter((clause) => onlyLogs(clause, file)),
    bad: [
      'app.get("/x", async (req, res) => { try { res.json(await f()); } catch (err) { console.error(err); } });',
    ],
    good: [
      'app.get("/x", async (req, res, next) => { try { res.json(await f()); } catch (err) { log.error(err); next(err); } });',
      'async function main() { try { await f(); } catch (err) { console.error(err); } }',
    ],
  },
  {
    id: 'js-database-error-dropped',
    ...ITEM,
    where: 'service',
    mentions: /\bcatch\b/,
    message:
      'A failed query is answered as if there were nothing; throw it on, or turn it into an error for the caller.',
    find: (file) => file.all('catch_clause').filter(dropsDatabaseError),
    bad: [
      'async function save(o) { try { await repo.insert(o); } catch (err) { return null; } }',
      'async function load(id) { try { return await pool.query("select 1"); } catch (error) { console.error(error); } }',
      'async function list() { try { return await prisma.user.findMany(); } catch { return []; } }',
    ],
    good: [
      'async function ready() { try { await pool.query("select 1"); return true; } catch { return false; } }',
      'async function user(token) { try { return await verify(token); } catch { return null; } }',
      'async function save(o) { try { await repo.insert(o); } catch (err) { log.error(err); throw err; } }',
      'async function save(o) { try { await repo.insert(o); } catch (err) { if (err.code === "23505") return null; throw err; } }',
    ],
  },
  {
    id: 'js-empty-promise-catch',
    mentions: /\.catch\(/,
    ...ITEM,
    message: 'A rejected promise is dropped; handle it, or say in a comment why nothing is to be done.',
    find: emptyHandlers,
    bad: ['save(order).catch(() => {});', 'publish(event).catch((e) => {})'],
    good: [
      'pool.end().catch(() => {});',
      'last = turn.catch(() => {});',
      'save(order).catch((e) => { log.error(e); });',
      'save(order).catch(() => { /* best effort */ });',
    ],
  },
  {
    id: 'js-floating-promise',
    ...ITEM,
    where: 'service',
    message:
      'A promise is not awaited, so its failure reaches nobody; await it, or write `void` where that is meant.',
    find: floating,
    bad: [
      'app.post("/x", async (req, res) => { pool.query("insert into t values ($1)", [1]); res.sendStatus(201); });',
      'async function notify(order) { await send(order); } async function create(order) { notify(order); return order; }',
      'class A { async audit(x) { await this.b(x); } async create(x) { this.audit(x); return x; } }',
    ],
    good: [
      'app.post("/x", async (req, res) => { await pool.query("insert into t values ($1)", [1]); res.sendStatus(201); });',
      'async function notify(o) { await send(o); } async function create(o) { void notify(o); return o; }',
      'async function notify(o) { await send(o); } async function create(o) { return notify(o); }',
      'async function f(map) { map.delete("a"); db.query("select 1", (err, rows) => { done(err, rows); }); }',
    ],
  },
  {
    id: 'js-express4-async-handler',
    mentions: /\basync\b/,
    ...ITEM,
    message:
      'Express 4 does not see what an async handler throws, and the request hangs; catch it and call next, or wrap the handler.',
    find: unguardedHandlers,
    bad: [
      {
        code: 'app.get("/x", async (req, res) => { res.json(await f()); });',
        dependencies: { express: '^4.19.0' },
      },
    ],
    good: [
      {
        code: 'app.get("/x", async (req, res) => { res.json(await f()); });',
        dependencies: { express: '^5.1.0' },
      },
      {
        code: 'app.get("/x", async (req, res) => { res.json(await f()); });',
        dependencies: { express: '^4.19.0', 'express-async-errors': '3' },
      },
      {
        code: 'app.get("/x", wrap(async (req, res) => { res.json(await f()); }));',
        dependencies: { express: '^4.19.0' },
      },
      {
        code: 'app.get("/x", async (req, res, next) => { try { res.json(await f()); } catch (e) { next(e); } });',
        dependencies: { express: '4.19.0' },
      },
    ],
  },
  {
    id: 'js-no-error-middleware',
    mentions: /\bexpress\(/,
    ...ITEM,
    where: 'service',
    message:
      'The Express application has no error middleware, so errors are answered by its default page; add one with four parameters, last.',
    find: missingMiddleware,
    bad: ['const app = express(); app.get("/x", (req, res) => res.json({})); module.exports = app;'],
    good: [
      'const app = express(); app.get("/x", (req, res) => res.json({})); app.use((err, req, res, next) => { res.status(500).json({}); });',
      'const app = express(); app.get("/x", h); app.use(errorHandler);',
    ],
  },
];

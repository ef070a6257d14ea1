import type { SgNode } from '@ast-grep/napi';
import { type Call, functionAround, isFunction, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { callsWhere, callsWithin, descendants, isWithin, nameOf, valueOf } from './match';

const PYTHON = { language: 'python' } as const;

const BLOCKING =
  /^(?:time\.sleep|requests\.(?:get|post|put|patch|delete|head|request)|urllib\.request\.urlopen|urlopen|subprocess\.(?:run|call|check_call|check_output|getoutput)|os\.(?:system|popen|wait)|httpx\.(?:get|post|put|patch|delete|request)|socket\.create_connection|bcrypt\.(?:hashpw|checkpw)|shutil\.(?:copy\w*|move|rmtree)|psycopg2\.connect|input|open|hashlib\.(?:pbkdf2_hmac|scrypt))$/;

/** A call that blocks the event loop: in an `async def`, or in a plain function of the file that one calls. */
function blocking(file: ParsedFile): SgNode[] {
  const sleeps = /^\s*from\s+time\s+import\b[^\n]*\bsleep\b/m.test(file.text);
  const isBlocking = (call: Call): boolean =>
    BLOCKING.test(call.callee) ||
    (sleeps && call.callee === 'sleep') ||
    (/\)?\.(?:read_text|read_bytes|write_text|write_bytes)$/.test(call.callee) &&
      call.callee.includes('Path('));
  const isAsyncDef = (node: SgNode | null): boolean => node !== null && /^async\b/.test(node.text());
  const isCalledInAsync = (around: SgNode): boolean => {
    const name = around.field('name')?.text();
    return (
      name !== undefined &&
      file
        .calls()
        .some(
          (call) =>
            call.name === name &&
            (call.receiver === null || call.receiver.text() === 'self') &&
            isAsyncDef(functionAround(call.node)),
        )
    );
  };
  return callsWhere(file, (call) => {
    if (!isBlocking(call)) return false;
    const around = functionAround(call.node);
    if (
      around === null ||
      around.kind() === 'lambda' ||
      /^(?:main|lifespan|startup|shutdown|on_startup|load\w*|read_config|migrate\w*|init\w*|create_app)$/.test(
        nameOf(around),
      )
    )
      return false;
    return isAsyncDef(around) || isCalledInAsync(around);
  });
}

const READERS =
  /^(?:get|filter|first|one|one_or_none|all|find\w*|fetch\w*|get_\w+|list_\w+|load_\w+|count|scalar\w*|execute|query|select_\w+|for_\w+)$/;
const DATABASES =
  /(?:^|\.)(?:session|db|conn|connection|cursor|cur|pool|database|\w*repo(?:sitory)?|\w*_dao|objects|query)(?:\.|\(|$)/i;

function readsInLoops(file: ParsedFile): SgNode[] {
  return callsWhere(file, (call) => {
    const loop = call.node
      .ancestors()
      .find(
        (node) =>
          isFunction(node) ||
          /^(?:for_statement|list_comprehension|generator_expression|dictionary_comprehension)$/.test(
            String(node.kind()),
          ),
      );
    if (loop === undefined || isFunction(loop)) return false;
    const clause = loop.kind() === 'for_statement' ? loop : descendants(loop, 'for_in_clause')[0];
    const [left, right] = [clause?.field('left'), clause?.field('right')];
    if (left === null || left === undefined || right === null || right === undefined) return false;
    if (
      isWithin(call.node, right) ||
      /batch|chunk|page|attempt|migration|tenant/i.test(left.text()) ||
      /^_?[A-Z][A-Z0-9_]+$|^\[|^\(|^range\(/.test(right.text())
    )
      return false;
    const names = left.text().match(/\w+/g) ?? [];
    if (!names.some((name) => call.args.some((arg) => new RegExp(`\\b${name}\\b`).test(arg.text()))))
      return false;
    return isRead(call, file) || callsReader(call, file);
  });
}

function isRead(call: Call, file: ParsedFile): boolean {
  const { receiver, name, args } = call;
  if (receiver === null || !READERS.test(name) || !DATABASES.test(receiver.text())) return false;
  const first = args[0] === undefined ? '' : valueOf(file, args[0]).text();
  if (/^(?:execute|query|fetch\w*|scalar\w*)$/.test(name))
    return (
      /^(?:text\()?[rf]*['"]{1,3}\s*(?:select|with)\b|^select\(|^\(?\s*select\(|^[A-Z]\w+$/i.test(first) &&
      !/information_schema|pg_/.test(first)
    );
  return name !== 'all' || receiver.text().includes('.objects');
}

function callsReader(call: Call, file: ParsedFile): boolean {
  if (call.receiver !== null && call.receiver.text() !== 'self') return false;
  const own = file.names().functionNamed(call.name);
  return own !== null && callsWithin(file, own).some((inner) => isRead(inner, file));
}

/** A secret out of the environment with a literal behind it, or the default of a settings field. */

/** What Python code does to a running service: waiting in a handler, queries in a loop. */
export const PYTHON_RUNTIME_RULES: readonly SourceRule[] = [
  {
    id: 'py-blocking-call',
    item: 'non-blocking',
    ...PYTHON,
    where: 'service',
    message:
      'A blocking call in an `async def` stops every other request while it runs; use an asynchronous library or a thread.',
    find: blocking,
    bad: [
      '@app.get("/x")\nasync def x():\n    time.sleep(1)\n    return {}\n',
      'async def f():\n    return requests.get("https://example.org").json()\n',
      'async def f(path):\n    with open(path) as file:\n        return file.read()\n',
      'async def f():\n    return subprocess.run(["ls"], check=True)\n',
      'def wait():\n    time.sleep(1)\nasync def f():\n    wait()\n    return {}\n',
      'from time import sleep\nasync def f():\n    sleep(1)\n',
    ],
    good: [
      'def f():\n    time.sleep(1)\n',
      'async def f():\n    await asyncio.sleep(1)\n',
      'async def f():\n    return await asyncio.to_thread(time.sleep, 1)\n',
      'def wait():\n    time.sleep(1)\nasync def f():\n    await run_in_threadpool(wait)\n',
    ],
  },
  {
    id: 'py-read-in-loop',
    mentions: /\bfor\b/,
    item: 'no-n-plus-one',
    ...PYTHON,
    where: 'service',
    message: 'One query for each row: read what belongs to all rows in one query, by join or by list.',
    find: readsInLoops,
    bad: [
      'def f(session):\n    for order in session.scalars(select(Order)):\n        order.lines = session.execute(select(Line).where(Line.order_id == order.id)).all()\n',
      'def f(conn):\n    rows = conn.execute("select * from orders").fetchall()\n    return [conn.execute("select * from lines where order_id = ?", (row["id"],)).fetchall() for row in rows]\n',
      'def f():\n    for user in User.objects.all():\n        posts = Post.objects.filter(author=user.id)\n',
      'async def f(repository, rows):\n    return [await repository.get_lines(row.id) for row in rows]\n',
    ],
    good: [
      'def f(session, ids):\n    return session.execute(select(Line).where(Line.order_id.in_(ids))).all()\n',
      'def f(conn, items):\n    for item in items:\n        conn.execute("insert into items values (?)", (item.id,))\n',
      'def f(names, headers):\n    return [headers.get(name) for name in names]\n',
      'def f(conn):\n    for row in conn.execute("select 1 from t where a = ?", (row_id,)):\n        print(row)\n',
    ],
  },
];

import type { SgNode } from '@ast-grep/napi';
import { type Call, functionAround, isFunction, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { isCredentialComparison, isPasswordText, isSecretName } from './credentials';
import {
  callsWhere,
  callsWithin,
  descendants,
  isWithin,
  literalOf,
  nameOf,
  statementsOf,
  unquote,
  valueOf,
} from './match';

const PYTHON = { language: 'python' } as const;
const AUTHENTICATION = { ...PYTHON, item: 'authentication' } as const;
const ERRORS = { ...PYTHON, item: 'error-handling' } as const;
const TESTS = { ...PYTHON, item: 'unit-tests', where: 'tests' } as const;

/** What an `except` names; empty for a bare one. */
function caught(clause: SgNode): string {
  return /^except\s*\*?\s*([^:]*?)(?:\s+as\s+\w+)?\s*:/.exec(clause.text())?.[1]?.trim() ?? '';
}

const BROAD = /^(?:|\(?\s*(?:[\w., ]*\b)?(?:Base)?Exception\b[\w., ]*\)?)$/;

function bodyOf(clause: SgNode): readonly SgNode[] {
  return statementsOf(clause.namedChildren().find((child) => child.kind() === 'block') ?? null);
}

function hasReason(clause: SgNode): boolean {
  return descendants(clause, 'comment').length > 0;
}

/** Nothing is done with the error: `pass`, `...`, `continue`. */
function passes(clause: SgNode): boolean {
  return bodyOf(clause).every((statement) => /^(?:pass|\.\.\.|continue)$/.test(statement.text()));
}

function swallows(clause: SgNode): boolean {
  if (!BROAD.test(caught(clause)))
    return (
      passes(clause) &&
      !hasReason(clause) &&
      !/suppress|Cancelled|StopIteration|KeyError|FileNotFound|ProcessLookup|Import|ModuleNotFound|ValueError|AttributeError|IndexError|Timeout|Disconnect|Interrupt/.test(
        caught(clause),
      )
    );
  const name = /\bas\s+(\w+)\s*:/.exec(clause.text().split('\n')[0] ?? '')?.[1];
  const body = bodyOf(clause)
    .map((statement) => statement.text())
    .join('\n');
  if (
    /\braise\b|\blog\w*\.|logger|logging|print_exc|capture_exception|rollback|sys\.exit|os\._exit|abort\(|HTTPException|status_code\s*=\s*[45]|,\s*[45]\d\d\b/.test(
      body,
    )
  )
    return false;
  if (/^print\([^\n]*\)$/.test(body.trim())) return true;
  if (name !== undefined && new RegExp(`\\b${name}\\b`).test(body))
    return /return\s+(?:jsonify\()?\{[^}]*\}\)?(?:,\s*2\d\d)?\s*$/.test(body);
  return passes(clause)
    ? true
    : /^(?:return|[\w.]+\s*=)\b/.test(body.trim()) || body.trim().startsWith('print(');
}

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
function literalFallbacks(file: ParsedFile): SgNode[] {
  const isReal = (node: SgNode | undefined): boolean =>
    node !== undefined && (literalOf(valueOf(file, node)) ?? '').trim() !== '';
  const gets = callsWhere(file, ({ callee, args, keywords }) => {
    const key = literalOf(args[0]);
    const isGet =
      /^(?:os\.)?(?:environ\.get|getenv|environ\.setdefault)$/.test(callee) ||
      /^(?:config|env|env\.str|decouple\.config|settings\.get|app\.config\.get|current_app\.config\.get)$/.test(
        callee,
      );
    return isGet && key !== null && isSecretName(key) && (isReal(keywords.get('default')) || isReal(args[1]));
  });
  const ors = file.all('boolean_operator').filter((node) => {
    const [left, right] = [node.field('left'), node.field('right')];
    const key = /(?:environ|getenv)[^'"]*['"](\w+)['"]/.exec(left?.text() ?? '')?.[1];
    return (
      /\bor\b/.test(node.field('operator')?.text() ?? node.children()[1]?.text() ?? '') &&
      key !== undefined &&
      isSecretName(key) &&
      isReal(right ?? undefined)
    );
  });
  const fields = file.all('assignment').filter((node) => {
    const name = node.field('left')?.text() ?? '';
    const value = node.field('right');
    const outer = node.ancestors().find((ancestor) => ancestor.kind() === 'class_definition');
    if (
      outer === undefined ||
      value === null ||
      !isSecretName(name) ||
      !/Settings\b|Config\b/.test(/^class\s+\w+\s*(?:\([^)]*\))?/.exec(outer.text())?.[0] ?? '')
    )
      return false;
    const given = /^(?:Field|SecretStr)\(/.test(value.text())
      ? /\(\s*(?:default\s*=\s*)?(?:SecretStr\()?(['"])(?!\1)/.test(value.text())
      : isReal(value);
    return given && node.field('type') !== null;
  });
  return [...gets, ...ors, ...fields];
}

const FALLBACK_BAD = [
  'SECRET = os.environ.get("JWT_SECRET", "dev")\n',
  'SECRET = os.getenv("SESSION_SECRET", default="dev")\n',
  'SECRET = os.getenv("JWT_SECRET") or "dev"\n',
  'class Settings(BaseSettings):\n    jwt_secret: str = "dev-secret"\n',
  'class Settings(BaseSettings):\n    jwt_secret: str = Field(default="dev")\n',
] as const;
const FALLBACK_GOOD = [
  'SECRET = os.environ["JWT_SECRET"]\n',
  'TTL = os.environ.get("TOKEN_TTL", "900")\n',
  'class Settings(BaseSettings):\n    jwt_secret: str\n    token_ttl: str = "15m"\n',
  'SECRET = os.environ.get("JWT_SECRET", "")\n',
] as const;

function testFunctions(file: ParsedFile): readonly SgNode[] {
  if (/(?:^|\/)conftest\.py$/.test(file.path)) return [];
  return file.all('function_definition').filter(
    (node) =>
      nameOf(node).startsWith('test') &&
      !node
        .prevAll()
        .map((sibling) => sibling.text())
        .join('\n')
        .slice(0, 500)
        .includes('fixture'),
  );
}

function asserts(node: SgNode, file: ParsedFile, depth: number): boolean {
  if (
    descendants(node, 'assert_statement').length > 0 ||
    /pytest\.(?:raises|warns|fail)|\.assert\w*\(|\bassert\w*\(|\braise\b/.test(node.text())
  )
    return true;
  return callsWithin(file, node).some((call) => {
    if (/^_?(?:assert|check|expect|verify|ensure|must|should)/.test(call.name)) return true;
    const own =
      depth > 2 || (call.receiver !== null && call.receiver.text() !== 'self')
        ? null
        : file.names().functionNamed(call.name);
    if (own !== null && own.id() !== node.id()) return asserts(own, file, depth + 1);
    // A helper of the tests' own folders may assert.
    return (
      call.receiver === null &&
      new RegExp(
        `from\\s+(?:\\.|tests?\\b|[\\w.]*(?:helpers?|support|utils|problems|scratch))[\\w.]*\\s+import\\b[^\\n]*\\b${call.name}\\b`,
      ).test(file.text)
    );
  });
}

function decorated(file: ParsedFile, pattern: RegExp): SgNode[] {
  return file.all('decorator').filter((node) => pattern.test(node.text()));
}

export const PYTHON_RULES: readonly SourceRule[] = [
  {
    id: 'py-swallowed-exception',
    ...ERRORS,
    message: 'An exception is dropped; catch what is meant, and handle, log or raise it.',
    find: (file) => file.all('except_clause').filter(swallows),
    bad: [
      'try:\n    f()\nexcept:\n    pass\n',
      'try:\n    f()\nexcept Exception:\n    pass\n',
      'def f():\n    try:\n        return g()\n    except Exception:\n        return None\n',
      'def f():\n    try:\n        return g()\n    except Exception as error:\n        return {"status": "ok", "detail": str(error)}\n',
      'for x in y:\n    try:\n        f(x)\n    except Exception:\n        continue\n',
      'try:\n    save()\nexcept DatabaseError:\n    pass\n',
      'def f():\n    try:\n        g()\n    except Exception as e:\n        print(e)\n',
    ],
    good: [
      'try:\n    f()\nexcept ValueError:\n    pass\n',
      'try:\n    f()\nexcept Exception:\n    logger.exception("failed")\n    raise\n',
      'try:\n    f()\nexcept Exception as error:\n    raise Problem("x") from error\n',
      'try:\n    f()\nexcept Exception:\n    session.rollback()\n    raise\n',
      'def f():\n    try:\n        return g()\n    except KeyError:\n        return None\n',
    ],
  },
  {
    id: 'py-jwt-unverified',
    mentions: /decode|unverified/,
    ...AUTHENTICATION,
    message: 'A token is decoded without its signature being checked, or without the algorithm being fixed.',
    find: (file) =>
      callsWhere(file, (call) => {
        if (call.callee.endsWith('get_unverified_claims')) return true;
        if (!/(?:^|\.)(?:jwt|jose|PyJWT|jws)\.decode$/.test(`.${call.callee}`)) return false;
        const text = call.node.text();
        const options = call.keywords.get('options');
        const off =
          /['"]verify_(?:signature|exp)['"]\s*:\s*False|\bverify\s*=\s*False/.test(text) ||
          (options !== undefined &&
            /verify_(?:signature|exp)['"]?\s*[:=]\s*False/.test(valueOf(file, options).text()));
        const algorithms = call.keywords.get('algorithms') ?? call.args[2];
        return off || algorithms === undefined || /['"]none['"]/i.test(algorithms.text());
      }),
    bad: [
      'claims = jwt.decode(token, options={"verify_signature": False})\n',
      'claims = jwt.decode(token, SECRET)\n',
      'claims = jwt.decode(token, SECRET, algorithms=["HS256", "none"])\n',
      'claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False})\n',
      'claims = jwt.get_unverified_claims(token)\n',
    ],
    good: ['claims = jwt.decode(token, SECRET, algorithms=["HS256"])\n', 'text = body.decode("utf-8")\n'],
  },
  {
    id: 'py-weak-password-hash',
    ...AUTHENTICATION,
    message: 'A password is hashed with a fast hash; use argon2, scrypt or bcrypt.',
    find: (file) =>
      callsWhere(file, (call) => {
        if (
          !/^(?:hashlib\.)?(?:md5|sha1|sha224|sha256|sha384|sha512|new)$/.test(call.callee) ||
          !file.text.includes('hashlib')
        )
          return false;
        const around = functionAround(call.node);
        return (
          call.args.some((arg) => isPasswordText(arg.text())) ||
          (around !== null && /password/i.test(nameOf(around)))
        );
      }),
    bad: [
      'import hashlib\nh = hashlib.md5(password.encode()).hexdigest()\n',
      'from hashlib import sha256\ndef hash_password(value):\n    return sha256(value.encode()).hexdigest()\n',
    ],
    good: [
      'import hashlib\netag = hashlib.sha256(body).hexdigest()\n',
      'h = bcrypt.hashpw(password.encode(), bcrypt.gensalt())\n',
    ],
  },
  {
    id: 'py-low-hash-cost',
    ...AUTHENTICATION,
    where: 'service',
    message:
      'The cost of the password hash is too low, or there is none; use the default of the library or more.',
    find: (file) =>
      callsWhere(file, (call) => {
        if (call.callee.endsWith('gensalt'))
          return /^\d$/.test((call.keywords.get('rounds') ?? call.args[0])?.text() ?? '');
        if (call.callee.endsWith('CryptContext'))
          return (
            /^\d$/.test(call.keywords.get('bcrypt__rounds')?.text() ?? '') ||
            /plaintext|md5|sha1/.test(call.keywords.get('schemes')?.text() ?? '')
          );
        return (
          call.callee.endsWith('generate_password_hash') &&
          /plain|md5|sha1/.test((call.keywords.get('method') ?? call.args[1])?.text() ?? '')
        );
      }),
    bad: [
      'h = bcrypt.hashpw(p, bcrypt.gensalt(4))\n',
      'c = CryptContext(schemes=["plaintext"])\n',
      'c = CryptContext(schemes=["bcrypt"], bcrypt__rounds=5)\n',
    ],
    good: ['h = bcrypt.hashpw(p, bcrypt.gensalt(12))\n', 'c = CryptContext(schemes=["bcrypt"])\n'],
  },
  {
    id: 'py-plain-comparison',
    ...AUTHENTICATION,
    where: 'service',
    message:
      'A password, token or signature is compared with `==`; compare hashes, with hmac.compare_digest.',
    find: (file) =>
      file.all('comparison_operator').filter((node) => {
        const [left, right, third] = node.namedChildren();
        return (
          third === undefined &&
          /\s[!=]=\s/.test(node.text()) &&
          isCredentialComparison(left ?? null, right ?? null)
        );
      }),
    bad: [
      'if user.password == password:\n    ok()\n',
      'if request.headers["X-Api-Key"] != settings.api_key:\n    deny()\n',
      'if signature == expected:\n    ok()\n',
    ],
    good: [
      'if password == "":\n    deny()\n',
      'if hmac.compare_digest(a, b):\n    ok()\n',
      'if password is None:\n    deny()\n',
      'if data.password != data.password_confirm:\n    deny()\n',
    ],
  },
  {
    id: 'py-signing-secret-fallback',
    ...AUTHENTICATION,
    message:
      'Where the variable is missing, tokens are signed with a secret that stands in the source; refuse to start instead.',
    find: (file) =>
      literalFallbacks(file).filter((node) =>
        /jwt|session|token|auth|cookie|sign|secret_key/i.test(node.text()),
      ),
    bad: FALLBACK_BAD,
    good: [...FALLBACK_GOOD, 'P = os.environ.get("SMTP_PASSWORD", "dev")\n'],
  },
  {
    id: 'py-fixed-signing-secret',
    ...AUTHENTICATION,
    where: 'service',
    message:
      'Tokens are signed or checked with a secret that stands in the source; take it from the environment.',
    find: (file) =>
      callsWhere(
        file,
        (call) =>
          /(?:^|\.)jwt\.(?:encode|decode)$/.test(call.callee) &&
          call.args[1] !== undefined &&
          (literalOf(valueOf(file, call.args[1])) ?? '') !== '',
      ),
    bad: [
      't = jwt.encode({"sub": 1}, "s3cret", algorithm="HS256")\n',
      'KEY = "s3cret"\nt = jwt.decode(t, KEY, algorithms=["HS256"])\n',
    ],
    good: ['t = jwt.encode({"sub": 1}, settings.secret, algorithm="HS256")\n'],
  },
  {
    id: 'py-secret-fallback',
    item: 'secrets-in-env',
    ...PYTHON,
    message: 'A secret has a literal to fall back on where its variable is missing; refuse to start instead.',
    find: literalFallbacks,
    bad: [...FALLBACK_BAD, 'P = os.environ.get("SMTP_PASSWORD", "dev")\n'],
    good: FALLBACK_GOOD,
  },
  {
    id: 'py-open-cors',
    mentions: /cors|allow-origin|allow_origin/i,
    item: 'cors',
    ...PYTHON,
    message: 'Every origin may read the answers; list the origins that are meant.',
    find: (file) => [
      ...callsWhere(file, (call) => {
        const origins = call.keywords.get('allow_origins') ?? call.keywords.get('origins');
        const regex = call.keywords.get('allow_origin_regex');
        if (
          origins !== undefined &&
          /add_middleware|CORSMiddleware|CORS|Middleware|cross_origin/.test(call.callee)
        )
          return /['"]\*['"]/.test(valueOf(file, origins).text());
        if (regex !== undefined) return /^r?['"]\^?(?:https\?:\/\/)?\.[*+]\$?['"]$/.test(regex.text());
        return (
          /^(?:CORS|flask_cors\.CORS|cross_origin)$/.test(call.callee) &&
          !call.keywords.has('resources') &&
          file.text.includes('flask_cors')
        );
      }),
      ...file
        .all('assignment')
        .filter(
          (node) =>
            /^(?:CORS_ALLOW_ALL_ORIGINS|CORS_ORIGIN_ALLOW_ALL)$/.test(node.field('left')?.text() ?? '') &&
            node.field('right')?.text() === 'True',
        ),
      ...file
        .all('assignment')
        .filter(
          (node) =>
            /\[['"]Access-Control-Allow-Origin['"]\]$/i.test(node.field('left')?.text() ?? '') &&
            isAnyOrigin(node.field('right'), file),
        ),
      ...file
        .all('pair')
        .filter(
          (node) =>
            /^access-control-allow-origin$/i.test(unquote(node.field('key')?.text() ?? '')) &&
            isAnyOrigin(node.field('value'), file),
        ),
    ],
    bad: [
      'app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"])\n',
      'ORIGINS = ["*"]\napp.add_middleware(CORSMiddleware, allow_origins=ORIGINS)\n',
      'app.add_middleware(CORSMiddleware, allow_origin_regex=".*")\n',
      'from flask_cors import CORS\nCORS(app)\n',
      'CORS_ALLOW_ALL_ORIGINS = True\n',
      'response.headers["Access-Control-Allow-Origin"] = "*"\n',
      'response.headers["Access-Control-Allow-Origin"] = request.headers.get("origin")\n',
    ],
    good: [
      'app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_methods=["*"])\n',
      'from flask_cors import CORS\nCORS(app, resources={r"/api/*": {"origins": ORIGINS}})\n',
      'CORS_ALLOWED_ORIGINS = ["https://app.example.org"]\n',
    ],
  },
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
  {
    id: 'py-test-without-assertion',
    ...TESTS,
    message:
      'A test asserts nothing, so it cannot fail for the reason it is named after; assert what it is about.',
    find: (file) => testFunctions(file).filter((node) => !asserts(node, file, 0)),
    bad: [
      'def test_add():\n    add(1, 2)\n',
      'from app.items import create\nasync def test_create():\n    item = await create()\n    print(item)\n',
    ],
    good: [
      'def test_add():\n    assert add(1, 2) == 3\n',
      'def test_fails():\n    with pytest.raises(ValueError):\n        add("a")\n',
      'class TestA(TestCase):\n    def test_a(self):\n        self.assertEqual(add(1, 2), 3)\n',
      'def same(a, b):\n    assert a == b\ndef test_a():\n    same(f(), 1)\n',
      'from tests.problems import is_problem\ndef test_a(client):\n    is_problem(client.get("/x"))\n',
    ],
  },
  {
    id: 'py-tautology',
    ...TESTS,
    message:
      'An assertion holds whatever the code does; compare what the code answers with what is expected.',
    find: (file) => [
      ...file.all('assert_statement').filter((node) => {
        const first = node.namedChildren()[0];
        const [left, right] = first?.kind() === 'comparison_operator' ? first.namedChildren() : [];
        return (
          /^(?:True|1|not False)$/.test(first?.text() ?? '') ||
          (left !== undefined &&
            right !== undefined &&
            /\s==\s/.test(first?.text() ?? '') &&
            left.text() === right.text() &&
            !left.text().includes('('))
        );
      }),
      ...callsWhere(
        file,
        (call) =>
          (call.callee === 'self.assertTrue' && call.args[0]?.text() === 'True') ||
          (call.callee === 'self.assertEqual' &&
            call.args[0]?.text() === call.args[1]?.text() &&
            !(call.args[0]?.text() ?? '(').includes('(')),
      ),
    ],
    bad: [
      'def test_a():\n    assert True\n',
      'def test_a():\n    assert 1 == 1\n',
      'class T(TestCase):\n    def test_a(self):\n        self.assertTrue(True)\n',
    ],
    good: ['def test_a():\n    assert f() is True\n', 'def test_a():\n    assert f() == f()\n'],
  },
  {
    id: 'py-test-skipped',
    ...TESTS,
    message: 'A test is skipped; mend it, or say on what condition it runs.',
    find: (file) => decorated(file, /^@(?:pytest\.mark\.(?:skip|xfail)|unittest\.skip|skip)(?:\(|$)/),
    bad: [
      '@pytest.mark.skip\ndef test_a():\n    assert f()\n',
      '@pytest.mark.skip(reason="flaky")\ndef test_a():\n    assert f()\n',
      '@unittest.skip("later")\ndef test_a():\n    assert f()\n',
    ],
    good: ['@pytest.mark.skipif(not DOCKER, reason="needs docker")\ndef test_a():\n    assert f()\n'],
  },
];

function isAnyOrigin(node: SgNode | null, file: ParsedFile): boolean {
  if (node === null) return false;
  const value = valueOf(file, node);
  return (
    literalOf(value) === '*' ||
    (/headers(?:\.get\(|\[)['"]origin['"]/i.test(value.text()) &&
      !/\bin\s+[\w.]*(?:origins|allowed)/i.test((functionAround(node) ?? file.root).text()))
  );
}

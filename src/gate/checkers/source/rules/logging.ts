import type { SgNode } from '@ast-grep/napi';
import { type Call, fieldOf, type ParsedFile } from '../engine/parsed-file';
import type { Snippet, SourceRule } from '../engine/rule';
import { callsWhere, descendants, literalOf, valueOf } from './match';

const ITEM = { item: 'no-sensitive-logs', where: 'service' } as const;
const message =
  'Passwords, tokens, authorization headers or whole requests are written to a log; log identifiers, or redact.';

const LOGGERS =
  /(?:^|\.|_)(?:console|log|logger|logging|LOG|LOGGER|winston|pino|debug|app\.logger|current_app\.logger|structlog|loguru)$|(?:^|\.)(?:getLogger|get_logger|child)\([^)]*\)$/;
const LEVELS =
  /^(?:log|info|warn|warning|error|debug|trace|fatal|exception|critical|verbose|silly|notice|http|atInfo|atDebug)$/;

function isLogging({ name, receiver, callee }: Call): boolean {
  if (/^(?:print|pprint|log|logger|logInfo|logError|logWarn|logDebug)$/.test(callee)) return true;
  if (
    /^(?:System\.(?:out|err)\.print|process\.std(?:out|err)\.write$|sys\.std(?:out|err)\.write$|MDC\.put$)/.test(
      callee,
    )
  )
    return true;
  if (receiver === null) return false;
  const before = receiver.text().replace(/\s+/g, '');
  // SLF4J's fluent form, and loggers bound to more fields.
  if (/^(?:addKeyValue|addArgument|bind|child)$/.test(name))
    return /\.at(?:Info|Warn|Error|Debug|Trace)\(\)|^(?:[\w.]*\.)?(?:log|logger)$/i.test(before);
  return LEVELS.test(name) && LOGGERS.test(before);
}

/** Names of values that must not be in a log, as they stand at the end of an expression. */
const SENSITIVE =
  /^_?(?:(?:\w*_)?(?:password|passwd|pwd|passphrase)|\w*[a-z]Password|(?:\w*_)?(?:secret|token|authorization|api_?key|private_?key|cookie|cookies|cvv|cvc|ssn|card_?number|credit_?card|iban)|\w*(?:Secret|[a-z]Token|ApiKey|CardNumber)|jwt|bearer|credentials?|get(?:Password|Token|Secret|AccessToken|CardNumber))$/;
const NOT_SENSITIVE =
  /(?:next|page|continuation|cursor|cancel\w*|sync|design|csrf_?header)_?token$|has_?\w+$|^is_?\w+$/i;
/** A whole request: its body or its headers. */
const WHOLE =
  /^(?:await\s+)?(?:[\w.]*\b)?(?:req|request|ctx\.request|ctx\.req)\.(?:body|headers|rawHeaders|cookies|signedCookies|json|data|form|POST|META|raw\.headers|body\(\)|json\(\)|form\(\)|get_json\(\)|get_data\(\))$|^(?:dict\()?(?:request\.)?scope\[['"]headers['"]\]\)?$/;
const SHIELDS =
  /redact|mask|omit|hash|sanitiz|scrub|digest|fingerprint|truncate|pick|Boolean|length|type$|isinstance|len$|bool$|censor|exclude|without/i;

function sensitiveIn(file: ParsedFile): SgNode[] {
  return callsWhere(file, (call) => isLogging(call) && call.args.some((arg) => holdsSensitive(arg, file)));
}

const VALUES = {
  javascript: [
    'identifier',
    'property_identifier',
    'member_expression',
    'shorthand_property_identifier',
    'subscript_expression',
    'call_expression',
  ],
  python: ['identifier', 'attribute', 'subscript', 'call'],
  java: ['identifier', 'field_access', 'method_invocation'],
} as const;

/** The argument, or the object literal that its name stands for. */
function holdsSensitive(arg: SgNode, file: ParsedFile): boolean {
  const value = valueOf(file, arg);
  const looked = value.kind() === 'object' || value.kind() === 'dictionary' ? value : arg;
  return descendants(looked, ...VALUES[file.language]).some((node) => isSensitive(node, looked));
}

function isSensitive(node: SgNode, arg: SgNode): boolean {
  const parent = node.parent();
  const parentKind = String(parent?.kind());
  const text = node.text().replace(/\s+/g, '');
  // Names of properties, and what is only a step on the way to something deeper.
  if (parent !== null && parentKind === 'pair' && parent.field('key')?.id() === node.id()) return false;
  if (parent !== null && parentKind === 'keyword_argument' && parent.field('name')?.id() === node.id())
    return false;
  const isObjectOf =
    fieldOf(parent, 'object')?.id() === node.id() ||
    (parentKind === 'subscript' && fieldOf(parent, 'value')?.id() === node.id());
  const isCalled = fieldOf(parent, 'function')?.id() === node.id();
  if (isObjectOf || isCalled || isShielded(node, arg)) return false;
  if (WHOLE.test(text)) return true;
  const key = /\[['"]([\w-]+)['"]\]$/.exec(text)?.[1];
  const last = key ?? /([A-Za-z_$][\w$]*)(?:\(\))?$/.exec(text)?.[1] ?? '';
  const name = key === undefined ? last : last.toLowerCase().replaceAll('-', '_');
  return SENSITIVE.test(name) && !NOT_SENSITIVE.test(last);
}

/** Inside a call that takes the value away, a test of it, or the condition of a choice. */
function isShielded(node: SgNode, arg: SgNode): boolean {
  let inner = node;
  for (const outer of node.ancestors()) {
    const kind = String(outer.kind());
    if (/^(?:call_expression|call|method_invocation)$/.test(kind)) {
      const called = outer.field('function')?.text() ?? outer.field('name')?.text() ?? '';
      if (SHIELDS.test(called)) return true;
    }
    if (/^(?:unary_expression|not_operator|comparison_operator)$/.test(kind)) return true;
    if (
      kind === 'binary_expression' &&
      /^(?:[=!]==?|instanceof|in|[<>]=?)$/.test(outer.field('operator')?.text() ?? '')
    )
      return true;
    if (kind === 'ternary_expression' && outer.field('condition')?.id() === inner.id()) return true;
    if (outer.id() === arg.id() || /statement|declaration/.test(kind)) return false;
    inner = outer;
  }
  return false;
}

/** Patterns of access logs that name the header. */
function loggedHeaders(file: ParsedFile): SgNode[] {
  return file
    .all('string', 'template_string')
    .filter((node) =>
      /:req\[(?:authorization|cookie)\]|%\{(?:authorization|cookie)\}i/i.test(literalOf(node) ?? ''),
    );
}

/** A serializer that writes all headers or the body of every request. */
function serializers(file: ParsedFile): SgNode[] {
  return file.all('pair').filter((pair) => {
    const key = pair.field('key')?.text() ?? '';
    const value = pair.field('value');
    const isSerializer = pair
      .ancestors()
      .some((outer) => outer.kind() === 'pair' && /^serializers?$/.test(outer.field('key')?.text() ?? ''));
    return (
      isSerializer &&
      /^(?:headers|body|authorization|cookies?)$/.test(key) &&
      value !== null &&
      /^\w+(?:\.\w+)*\.(?:headers|body|cookies|headers\.authorization|headers\.cookie)$/.test(value.text())
    );
  });
}

const NODE_BAD: readonly Snippet[] = [
  'console.log("login", req.body);',
  'logger.info({ password }, "new user");',
  'log.debug(`token ${token}`);',
  'req.log.info({ headers: req.headers }, "request");',
  'this.logger.log("Authorization: " + req.headers.authorization);',
  'logger.warn("bad login", { email, password: req.body.password });',
  'console.log("user", user.accessToken);',
  'fastify.log.info({ auth: request.headers["authorization"] });',
  'request.log.info({ body: request.body });',
  'log("info", { requestId: request.id, body: request.body });',
  'const fields = { path: request.path, token: request.token }; log("info", fields);',
  'process.stdout.write(JSON.stringify({ headers: request.headers }));',
];
const NODE_GOOD: readonly Snippet[] = [
  'logger.info({ userId: user.id, method: req.method, url: req.url }, "request");',
  'logger.warn("wrong password"); console.log("token expired");',
  'log.info({ id: req.headers["x-request-id"], body: redact(req.body) });',
  'log.info({ hasToken: token !== undefined, size: req.body.length });',
  'log.info({ password: "[redacted]" });',
  'log.info({ nextToken }); log.debug(`page ${pageToken}`);',
  'save({ password }); res.json({ token });',
  'logger.error({ err }, "the request failed");',
];

export const LOGGING_RULES: readonly SourceRule[] = [
  {
    id: 'js-sensitive-log',
    ...ITEM,
    language: 'javascript',
    message,
    find: sensitiveIn,
    bad: NODE_BAD,
    good: NODE_GOOD,
  },
  {
    id: 'js-logged-header',
    mentions: /:req\[|%\{|serializers/,
    ...ITEM,
    language: 'javascript',
    message,
    find: (file) => [...loggedHeaders(file), ...serializers(file)],
    bad: [
      'app.use(morgan(":method :url :req[authorization]"));',
      'const log = pino({ serializers: { req: (req) => ({ url: req.url, headers: req.headers }) } });',
    ],
    good: [
      'app.use(morgan(":method :url :status"));',
      'const log = pino({ serializers: { req: (req) => ({ url: req.url }) } });',
    ],
  },
  {
    id: 'py-sensitive-log',
    ...ITEM,
    language: 'python',
    message,
    find: sensitiveIn,
    bad: [
      'def f(user, password):\n    logger.info("login %s %s", user, password)\n',
      'def f(request):\n    log.info(f"headers {request.headers}")\n',
      'async def f(request):\n    print(await request.json())\n',
      'def f():\n    logging.debug("token=%s" % token)\n',
      'def f(body):\n    logger.info("new user", extra={"password": body.password})\n',
      'def f(request):\n    logger.info("auth %s", request.headers["Authorization"])\n',
    ],
    good: [
      'def f(user):\n    logger.info("login of %s", user.id)\n',
      'def f(password):\n    logger.info("password has %d characters", len(password))\n',
      'def f(request):\n    logger.info("%s %s", request.method, request.url.path)\n',
      'def f():\n    logger.warning("wrong password")\n',
      'def f(request):\n    logger.info("id %s", request.headers["X-Request-ID"])\n',
    ],
  },
  {
    id: 'java-sensitive-log',
    ...ITEM,
    language: 'java',
    message,
    find: sensitiveIn,
    bad: [
      'class A { void f(String user, String password) { log.info("login {} {}", user, password); } }',
      'class A { void f(Login login) { LOGGER.debug("login " + login.getPassword()); } }',
      'class A { void f(Req request) { logger.info("token {}", request.token()); } }',
      'class A { void f(String password) { log.atInfo().addKeyValue("password", password).log("created"); } }',
      'class A { void f(String token) { System.out.println("token " + token); } }',
    ],
    good: [
      'class A { void f(User user) { log.info("login of {}", user.getId()); } }',
      'class A { void f() { log.warn("wrong password"); } }',
      'class A { void f(String token) { log.info("token {}", mask(token)); } }',
    ],
  },
];

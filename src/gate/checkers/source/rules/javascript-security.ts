import type { SgNode } from '@ast-grep/napi';
import { type Call, fieldOf, functionAround, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { around, callsWhere, literalOf, propertyOf, unquote, valueOf } from './match';
import { isCredentialComparison, isPasswordText, isSecretName } from './credentials';

const AUTHENTICATION = { item: 'authentication', language: 'javascript' } as const;

/** Options of a JWT library's verify, wherever in the arguments. */
function fixesAlgorithms(call: Call, file: ParsedFile): boolean {
  return call.args.slice(1).some((arg) => {
    const value = valueOf(file, arg);
    if (/algorithms?/.test(value.text())) return true;
    // Options from another place are not told here; a key or a callback is.
    const isOptions = value.kind() === 'identifier' || value.kind() === 'member_expression';
    return isOptions && /option|opts|config/i.test(value.text());
  });
}

function weakHash(call: Call, file: ParsedFile): boolean {
  if (call.name !== 'update' || call.receiver === null) return false;
  const chain = valueOf(file, call.receiver).text();
  if (!/createHash\(\s*['"`](?:md5|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|ripemd160)/i.test(chain))
    return false;
  const outer = functionAround(call.node);
  const name =
    outer === null ? '' : (outer.field('name')?.text() ?? fieldOf(outer.parent(), 'name')?.text() ?? '');
  return call.args.some((arg) => isPasswordText(arg.text())) || /password/i.test(name);
}

function lowCost(call: Call, file: ParsedFile): boolean {
  const isBcrypt = call.receiver !== null ? /bcrypt/i.test(call.receiver.text()) : /bcrypt/i.test(file.text);
  if (!isBcrypt) return false;
  const position = /^hash(?:Sync)?$/.test(call.name) ? 1 : /^genSalt(?:Sync)?$/.test(call.name) ? 0 : null;
  const cost = position === null ? undefined : call.args[position];
  if (cost === undefined) return false;
  const text = valueOf(file, cost).text();
  return /^\d+$/.test(text) && Number(text) < 10;
}

function decodeForTrust(call: Call, file: ParsedFile): boolean {
  const isLibrary =
    /^(?:jwt[-_]?decode|decodeJwt|unsafeDecode)$/i.test(call.name) ||
    (call.name === 'decode' && /jwt|jsonwebtoken|jose/i.test(call.receiver?.text() ?? ''));
  const isByHand = call.callee === 'JSON.parse' && /split\(['"]\.['"]\)\s*\[\s*1\s*\]/.test(call.node.text());
  const splits =
    call.callee === 'JSON.parse' &&
    call.node.text().includes('base64') &&
    !call.node.text().includes('[0]') &&
    /\.split\(['"]\.['"]\)/.test(around(call.node, file)) &&
    /token|jwt/i.test(around(call.node, file));
  if (!isLibrary && !isByHand && !splits) return false;
  return !/\.verify\(|jwtVerify\(|createHmac|createVerify|timingSafeEqual|verify\w*\(/.test(
    around(call.node, file),
  );
}

const SECRETISH_ENV =
  /(?:process\.env|\benv|\bconfig|\bsettings|\benvironment|import\.meta\.env)(?:\.|\[['"])([A-Za-z_]\w*)(?:['"]\])?$/;

/** A secret read from the environment with a literal behind it. */
function literalFallbacks(file: ParsedFile): SgNode[] {
  const operators = file.all('binary_expression').filter((node) => {
    const [left, right] = [node.field('left'), node.field('right')];
    if (!/^(?:\|\||\?\?)$/.test(node.field('operator')?.text() ?? '') || left === null || right === null)
      return false;
    const name = SECRETISH_ENV.exec(left.text())?.[1];
    return name !== undefined && isSecretName(name) && isRealLiteral(valueOf(file, right));
  });
  const defaults = file.all('object_assignment_pattern').filter((node) => {
    const outer = node.ancestors().find((ancestor) => ancestor.kind() === 'variable_declarator');
    const [left, right] = [node.field('left'), node.field('right')];
    return (
      left !== null &&
      right !== null &&
      isSecretName(left.text()) &&
      isRealLiteral(right) &&
      /\benv\b|environment/i.test(fieldOf(outer, 'value')?.text() ?? '')
    );
  });
  // `JWT_SECRET: z.string().default('dev')` and its kin.
  const schemas = file.all('pair').filter((pair) => {
    const value = pair.field('value');
    if (value === null || !isSecretName(unquote(pair.field('key')?.text() ?? ''))) return false;
    return (
      /\.(?:default|prefault|catch)\(\s*(['"`])(?!\1)/.test(value.text()) ||
      /^\w+\(\{[\s\S]*\bdefault:\s*(['"`])(?!\1)/.test(value.text())
    );
  });
  const gets = file.calls().flatMap(({ node, name, args }) => {
    const key = literalOf(args[0]);
    return /^(?:get|env|getEnv|getOrDefault|optional)$/.test(name) &&
      key !== null &&
      isSecretName(key) &&
      args[1] !== undefined &&
      isRealLiteral(args[1])
      ? [node]
      : [];
  });
  return [...operators, ...defaults, ...schemas, ...gets];
}

function isRealLiteral(node: SgNode): boolean {
  const text = literalOf(node);
  return text !== null && text.trim() !== '';
}

const FALLBACK_BAD = [
  'const secret = process.env.JWT_SECRET ?? "dev";',
  'const secret = process.env["SESSION_SECRET"] || "keyboard cat";',
  'const { JWT_SECRET = "dev" } = process.env;',
  'export function loadConfig(env) { return { secret: env.JWT_SECRET ?? "dev-secret" }; }',
  'const schema = z.object({ JWT_SECRET: z.string().min(1).default("change-me") });',
  'const secret = config.get("JWT_SECRET", "dev");',
] as const;
const FALLBACK_GOOD = [
  'const secret = process.env.JWT_SECRET; if (!secret) throw new Error("JWT_SECRET is not set");',
  'const ttl = process.env.TOKEN_TTL ?? "15m"; const n = process.env.PASSWORD_MIN_LENGTH || "12";',
  'const level = process.env.LOG_LEVEL ?? "info"; const file = process.env.SECRET_FILE ?? "/run/secrets/x";',
  'const schema = z.object({ JWT_SECRET: z.string().min(32), PORT: z.string().default("3000") });',
  'const secret = process.env.JWT_SECRET ?? "";',
] as const;

export const JAVASCRIPT_SECURITY_RULES: readonly SourceRule[] = [
  {
    id: 'js-jwt-decode',
    mentions: /decode|base64/i,
    ...AUTHENTICATION,
    where: 'service',
    message: 'A token is decoded without its signature being checked; verify it.',
    find: (file) => callsWhere(file, (call) => decodeForTrust(call, file)),
    bad: [
      'function auth(req, res, next) { req.user = jwt.decode(req.headers.authorization.slice(7)); next(); }',
      'const user = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());',
      'const user = (token) => jwtDecode(token);',
    ],
    good: [
      'function auth(token) { const { header } = jwt.decode(token, { complete: true }); return jwt.verify(token, keys[header.kid], { algorithms: ["RS256"] }); }',
      'const page = (cursor) => JSON.parse(Buffer.from(cursor, "base64url").toString());',
    ],
  },
  {
    id: 'js-jwt-algorithms',
    mentions: /verify|sign/i,
    ...AUTHENTICATION,
    message:
      'A token is verified without the algorithm being fixed, or with `none`; name the algorithms that are accepted.',
    find: (file) =>
      callsWhere(file, (call) => {
        if (
          /^(?:verify|sign|jwtVerify)$/.test(call.name) &&
          /algorithms?['"]?\s*:\s*\[?[^\]}]*['"]none['"]/i.test(call.node.text())
        )
          return true;
        const isLibrary =
          call.name === 'verify' &&
          /^(?:jwt|jsonwebtoken|JWT|jsonWebToken)$/.test(call.receiver?.text() ?? '');
        const isImported =
          call.receiver === null && call.name === 'verify' && /['"]jsonwebtoken['"]/.test(file.text);
        const isJose = call.receiver === null && call.name === 'jwtVerify';
        return (isLibrary || isImported || isJose) && !fixesAlgorithms(call, file);
      }),
    bad: [
      'const user = jwt.verify(token, secret);',
      'const { payload } = await jwtVerify(token, secret, { issuer: ISSUER });',
      'jwt.verify(token, key, { algorithms: ["HS256", "none"] });',
      'jwt.sign(user, "", { algorithm: "none" });',
      'jwt.verify(token, secret, (err, user) => { next(err); });',
    ],
    good: [
      'const user = jwt.verify(token, secret, { algorithms: ["HS256"] });',
      'const options = { algorithms: ["RS256"] }; jwt.verify(token, key, options);',
      'await argon2.verify(hash, password);',
      'jwt.verify(token, key, config.jwt.options);',
    ],
  },
  {
    id: 'js-jwt-unchecked',
    mentions: /ignoreExpiration|ignoreNotBefore|allowInvalidAsymmetricKeyTypes|skipVerification/,
    ...AUTHENTICATION,
    message: 'A check of tokens is switched off; expiry and signature have to be checked.',
    find: (file) =>
      file
        .all('pair')
        .filter(
          (pair) =>
            /^(?:ignoreExpiration|ignoreNotBefore|allowInvalidAsymmetricKeyTypes|skipVerification)$/.test(
              unquote(pair.field('key')?.text() ?? ''),
            ) && pair.field('value')?.text() === 'true',
        ),
    bad: [
      'jwt.verify(token, secret, { algorithms: ["HS256"], ignoreExpiration: true });',
      'super({ jwtFromRequest: x, ignoreExpiration: true, secretOrKey: k });',
    ],
    good: ['super({ jwtFromRequest: x, ignoreExpiration: false, secretOrKey: k });'],
  },
  {
    id: 'js-weak-password-hash',
    mentions: /createHash/,
    ...AUTHENTICATION,
    message: 'A password is hashed with a fast hash; use argon2, scrypt or bcrypt.',
    find: (file) => callsWhere(file, (call) => weakHash(call, file)),
    bad: [
      'const h = crypto.createHash("md5").update(password).digest("hex");',
      'function hashPassword(value) { return createHash("sha256").update(value).digest("hex"); }',
      'const h = createHash("sha1").update(salt + user.password).digest("hex");',
    ],
    good: [
      'const etag = createHash("sha256").update(body).digest("hex");',
      'const h = await argon2.hash(password);',
    ],
  },
  {
    id: 'js-low-bcrypt-cost',
    mentions: /bcrypt/i,
    ...AUTHENTICATION,
    where: 'service',
    message: 'The cost of bcrypt is below 10; raise it.',
    find: (file) => callsWhere(file, (call) => lowCost(call, file)),
    bad: [
      'const h = await bcrypt.hash(password, 4);',
      'const ROUNDS = 5; const h = await bcrypt.hash(password, ROUNDS);',
      'const s = await bcrypt.genSalt(8);',
    ],
    good: [
      'const h = await bcrypt.hash(password, 12);',
      'const h = await bcrypt.hash(password, config.rounds);',
      'const h = await map.hash(key, 3);',
    ],
  },
  {
    id: 'js-plain-comparison',
    mentions: /[!=]==?/,
    ...AUTHENTICATION,
    where: 'service',
    message: 'A password, token or signature is compared with `==`; compare hashes, in constant time.',
    find: (file) =>
      file
        .all('binary_expression')
        .filter(
          (node) =>
            /^[!=]==?$/.test(node.field('operator')?.text() ?? '') &&
            isCredentialComparison(node.field('left'), node.field('right')),
        ),
    bad: [
      'if (user.password === password) login(user);',
      'if (req.headers["x-api-key"] !== process.env.API_KEY) deny();',
      'if (user.password_hash !== hash(req.body.password)) deny();',
      'const ok = signature === expectedSignature;',
    ],
    good: [
      'if (password === undefined) deny();',
      'if (typeof password !== "string") deny();',
      'if (password.length === 0) deny();',
      'if (token.type === "comma") next();',
      'if (form.password !== form.passwordConfirm) deny();',
      'if (token === null) deny();',
    ],
  },
  {
    id: 'js-fixed-signing-secret',
    mentions: /jwt|jsonwebtoken|session/i,
    ...AUTHENTICATION,
    where: 'service',
    message:
      'Tokens are signed or checked with a secret that stands in the source; take it from the environment.',
    find: (file) =>
      callsWhere(file, ({ name, receiver, args }) => {
        const isLibrary =
          /^(?:sign|verify)$/.test(name) &&
          /^(?:jwt|jsonwebtoken|JWT|jsonWebToken)$/.test(receiver?.text() ?? '');
        if (isLibrary) return args[1] !== undefined && isRealLiteral(valueOf(file, args[1]));
        const options =
          name === 'session' || /^(?:cookieSession|expressjwt|expressJwt)$/.test(name) ? args[0] : undefined;
        const secret = propertyOf(options, /^(?:secret|keys)$/);
        return secret !== null && isRealLiteral(valueOf(file, secret));
      }),
    bad: [
      'const t = jwt.sign({ sub: id }, "s3cret");',
      'const KEY = "s3cret"; jwt.verify(token, KEY, { algorithms: ["HS256"] });',
      'app.use(session({ secret: "keyboard cat" }));',
    ],
    good: [
      'const t = jwt.sign({ sub: id }, config.secret);',
      'app.use(session({ secret: process.env.SESSION_SECRET }));',
    ],
  },
  {
    id: 'js-signing-secret-fallback',
    mentions: /secret|passw|token|key|credential/i,
    ...AUTHENTICATION,
    message:
      'Where the variable is missing, tokens are signed with a secret that stands in the source; refuse to start instead.',
    find: (file) =>
      literalFallbacks(file).filter((node) => /jwt|session|token|auth|cookie|sign/i.test(node.text())),
    bad: FALLBACK_BAD,
    good: [...FALLBACK_GOOD, 'const p = process.env.SMTP_PASSWORD ?? "dev";'],
  },
  {
    id: 'js-secret-fallback',
    mentions: /secret|passw|token|key|credential/i,
    item: 'secrets-in-env',
    language: 'javascript',
    message: 'A secret has a literal to fall back on where its variable is missing; refuse to start instead.',
    find: literalFallbacks,
    bad: [...FALLBACK_BAD, 'const p = process.env.SMTP_PASSWORD ?? "dev";'],
    good: FALLBACK_GOOD,
  },
];

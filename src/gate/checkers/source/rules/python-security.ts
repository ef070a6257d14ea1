import type { SgNode } from '@ast-grep/napi';
import { functionAround, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { isCredentialComparison, isPasswordText, isSecretName } from './credentials';
import { callsWhere, literalOf, nameOf, unquote, valueOf } from './match';

const PYTHON = { language: 'python' } as const;
const AUTHENTICATION = { ...PYTHON, item: 'authentication' } as const;

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

/** Tokens, passwords, secrets and origins in Python. */
export const PYTHON_SECURITY_RULES: readonly SourceRule[] = [
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

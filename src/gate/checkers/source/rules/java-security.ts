import type { SgNode } from '@ast-grep/napi';
import { functionAround, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { isCredentialComparison, isPasswordText, isSecretName } from './credentials';
import { callsWhere, literalOf, nameOf, valueOf } from './match';

const JAVA = { language: 'java' } as const;
const AUTHENTICATION = { ...JAVA, item: 'authentication' } as const;

/** `@Value("${jwt.secret:dev}")` and look-ups in the environment with a literal behind them. */
function literalFallbacks(file: ParsedFile): SgNode[] {
  const annotations = file.all('annotation').filter((node) => {
    const match = /\$\{([\w.-]+):([^}]+)\}/.exec(node.text());
    return (
      /^@(?:[\w.]+\.)?Value\b/.test(node.text()) &&
      match !== null &&
      isSecretName((match[1] ?? '').replace(/[.-]/g, '_')) &&
      !/^\s*(?:#\{|\$\{|null\b)/.test(match[2] ?? '')
    );
  });
  const calls = callsWhere(file, ({ name, receiver, args, node }) => {
    const key = /getenv\(\s*"(\w+)"|getProperty\(\s*"([\w.-]+)"|getOrDefault\(\s*"([\w.-]+)"/.exec(
      node.text(),
    );
    const secret = (key?.[1] ?? key?.[2] ?? key?.[3] ?? '').replace(/[.-]/g, '_');
    if (!isSecretName(secret) || receiver === null) return false;
    const fallback = /^(?:orElse|requireNonNullElse)$/.test(name)
      ? args.at(-1)
      : /^(?:getOrDefault|getProperty)$/.test(name)
        ? args[1]
        : undefined;
    return fallback !== undefined && (literalOf(fallback) ?? '') !== '';
  });
  return [...annotations, ...calls];
}

const FALLBACK_BAD = [
  'class A { @Value("${jwt.secret:dev}") String secret; }',
  'class A { String s = System.getenv().getOrDefault("JWT_SECRET", "dev"); }',
  'class A { String s = Optional.ofNullable(System.getenv("JWT_SECRET")).orElse("dev"); }',
] as const;
const FALLBACK_GOOD = [
  'class A { @Value("${jwt.secret}") String secret; @Value("${token.ttl:15m}") String ttl; }',
  'class A { @Value("${jwt.secret:}") String secret; }',
  'class A { String s = System.getenv("JWT_SECRET"); }',
] as const;

export const JAVA_SECURITY_RULES: readonly SourceRule[] = [
  {
    id: 'java-jwt-unverified',
    mentions: /\bJWT\b|Jwts|Algorithm/,
    ...AUTHENTICATION,
    message: 'A token is read without its signature being checked, or with the algorithm `none`.',
    find: (file) =>
      callsWhere(file, (call) => {
        if (
          /^(?:parseClaimsJwt|parseUnsecuredClaims|unsecured)$/.test(call.name) ||
          call.callee === 'Algorithm.none'
        )
          return true;
        const around = (functionAround(call.node) ?? file.root).text();
        return call.callee === 'JWT.decode' && !/\.verify\(|JWT\.require\(/.test(around);
      }),
    bad: [
      'class A { String f(String t) { return JWT.decode(t).getSubject(); } }',
      'class A { Object f(String t) { return Jwts.parser().build().parseUnsecuredClaims(t); } }',
      'class A { Object f() { return JWT.create().sign(Algorithm.none()); } }',
    ],
    good: [
      'class A { String f(String t) { return JWT.require(algorithm).build().verify(t).getSubject(); } }',
      'class A { Object f(String t) { return Jwts.parser().verifyWith(key).build().parseSignedClaims(t); } }',
    ],
  },
  {
    id: 'java-weak-password-hash',
    mentions: /MessageDigest|DigestUtils|PasswordEncoder|BCrypt/,
    ...AUTHENTICATION,
    message: 'A password is hashed with a fast hash or not at all; use BCryptPasswordEncoder or Argon2.',
    find: (file) =>
      callsWhere(file, (call) => {
        const around = functionAround(call.node);
        const isDigest =
          call.callee === 'MessageDigest.getInstance' &&
          /"(?:MD5|SHA-?(?:1|256|512))"/i.test(call.node.text());
        const isHex = /^DigestUtils\.(?:md5|sha)\w*$/.test(call.callee);
        if (isDigest || isHex)
          return (
            around !== null &&
            isPasswordText(isHex ? call.args.map((arg) => arg.text()).join() + nameOf(around) : around.text())
          );
        if (call.callee.includes('NoOpPasswordEncoder')) return true;
        const cost =
          call.name === 'BCryptPasswordEncoder'
            ? call.args.at(-1)
            : call.callee === 'BCrypt.gensalt'
              ? call.args[0]
              : undefined;
        return cost !== undefined && /^\d$/.test(valueOf(file, cost).text());
      }),
    bad: [
      'class A { String f(String password) throws Exception { return hex(MessageDigest.getInstance("MD5").digest(password.getBytes())); } }',
      'class A { PasswordEncoder f() { return NoOpPasswordEncoder.getInstance(); } }',
      'class A { PasswordEncoder f() { return new BCryptPasswordEncoder(4); } }',
      'class A { String f(String password) { return DigestUtils.sha256Hex(password); } }',
    ],
    good: [
      'class A { String f(byte[] body) throws Exception { return hex(MessageDigest.getInstance("SHA-256").digest(body)); } }',
      'class A { PasswordEncoder f() { return new BCryptPasswordEncoder(12); } }',
    ],
  },
  {
    id: 'java-plain-comparison',
    mentions: /equals|[!=]=/,
    ...AUTHENTICATION,
    where: 'service',
    message:
      'A password, token or signature is compared with equals; compare hashes, with the encoder or MessageDigest.isEqual.',
    find: (file) => [
      ...callsWhere(
        file,
        (call) =>
          call.name === 'equals' &&
          call.receiver !== null &&
          isCredentialComparison(call.receiver, call.args[0] ?? null),
      ),
      ...file
        .all('binary_expression')
        .filter(
          (node) =>
            /^[!=]=$/.test(node.field('operator')?.text() ?? '') &&
            isCredentialComparison(node.field('left'), node.field('right')),
        ),
    ],
    bad: [
      'class A { boolean f(User user, String password) { return user.getPassword().equals(password); } }',
      'class A { boolean f(String apiKey) { return apiKey.equals(configured); } }',
    ],
    good: [
      'class A { boolean f(User user, String password) { return encoder.matches(password, user.getPassword()); } }',
      'class A { boolean f(String password) { return password == null || "".equals(name); } }',
    ],
  },
  {
    id: 'java-signing-secret-fallback',
    mentions: /@Value|getenv|getProperty|getOrDefault/,
    ...AUTHENTICATION,
    message:
      'Where the setting is missing, tokens are signed with a secret that stands in the source; refuse to start instead.',
    find: (file) =>
      literalFallbacks(file).filter((node) => /jwt|session|token|auth|cookie|sign/i.test(node.text())),
    bad: FALLBACK_BAD,
    good: [...FALLBACK_GOOD, 'class A { @Value("${mail.password:dev}") String p; }'],
  },
  {
    id: 'java-secret-fallback',
    mentions: /@Value|getenv|getProperty|getOrDefault/,
    item: 'secrets-in-env',
    ...JAVA,
    message: 'A secret has a literal to fall back on where its setting is missing; refuse to start instead.',
    find: literalFallbacks,
    bad: [...FALLBACK_BAD, 'class A { @Value("${mail.password:dev}") String p; }'],
    good: FALLBACK_GOOD,
  },
  {
    id: 'java-open-cors',
    item: 'cors',
    ...JAVA,
    message: 'Every origin may read the answers; list the origins that are meant.',
    find: (file) => [
      ...file
        .all('annotation', 'marker_annotation')
        .filter(
          (node) =>
            /^@(?:[\w.]+\.)?CrossOrigin\b/.test(node.text()) &&
            (!/origins|originPatterns|value|"/.test(node.text()) || node.text().includes('"*"')),
        ),
      ...callsWhere(file, ({ name, args, node }) => {
        if (
          /^(?:allowedOrigins|allowedOriginPatterns|addAllowedOrigin|addAllowedOriginPattern|setAllowedOrigins|setAllowedOriginPatterns)$/.test(
            name,
          )
        )
          return args.some((arg) => valueOf(file, arg).text().includes('"*"'));
        if (name === 'applyPermitDefaultValues') return true;
        return (
          /^(?:setHeader|addHeader|header|set|add)$/.test(name) &&
          /"access-control-allow-origin"|ACCESS_CONTROL_ALLOW_ORIGIN/i.test(args[0]?.text() ?? '') &&
          node.text().includes('"*"')
        );
      }),
    ],
    bad: [
      '@CrossOrigin("*") class A {}',
      '@CrossOrigin class A {}',
      '@CrossOrigin(origins = "*", maxAge = 3600) class A {}',
      'class A { void f(CorsRegistry registry) { registry.addMapping("/**").allowedOrigins("*"); } }',
      'class A { void f(CorsConfiguration c) { c.setAllowedOrigins(List.of("*")); } }',
      'class A { void f(HttpServletResponse r) { r.setHeader("Access-Control-Allow-Origin", "*"); } }',
    ],
    good: [
      '@CrossOrigin(origins = "https://app.example.org") class A {}',
      'class A { void f(CorsRegistry registry) { registry.addMapping("/**").allowedOrigins(origins).allowedMethods("*"); } }',
    ],
  },
];

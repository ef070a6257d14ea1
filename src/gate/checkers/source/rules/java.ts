import type { SgNode } from '@ast-grep/napi';
import { listOfCallback, parametersOf } from '../engine/names';
import { type Call, functionAround, isFunction, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { isCredentialComparison, isPasswordText, isSecretName } from './credentials';
import { callsWhere, callsWithin, isBare, isWithin, literalOf, nameOf, statementsOf, valueOf } from './match';

const JAVA = { language: 'java' } as const;
const AUTHENTICATION = { ...JAVA, item: 'authentication' } as const;
const ERRORS = { ...JAVA, item: 'error-handling' } as const;
const TESTS = { ...JAVA, item: 'unit-tests', where: 'tests' } as const;

const caughtName = (clause: SgNode): string =>
  /\(\s*(?:final\s+)?[\w.|\s]+?\s+(\w+)\s*\)/.exec(clause.text())?.[1] ?? '';
const caughtType = (clause: SgNode): string =>
  /\(\s*(?:final\s+)?([\w.|\s]+?)\s+\w+\s*\)/.exec(clause.text())?.[1] ?? '';

function printsOnly(clause: SgNode): boolean {
  const statements = statementsOf(clause.field('body'));
  return (
    statements.length > 0 &&
    statements.every((statement) =>
      /\.printStackTrace\(\)|^System\.(?:out|err)\.print/.test(statement.text()),
    )
  );
}

function answersSuccess(clause: SgNode): boolean {
  const body = clause.field('body')?.text() ?? '';
  if (
    /\bthrow\b|log(?:ger)?\.|LOG(?:GER)?\.|(?:bad|internal|not|unprocess|status\()/i.test(
      body.replace(/HttpStatus\.OK/g, ''),
    ) &&
    !/ResponseEntity\.ok\b/.test(body)
  )
    return false;
  if (/\bthrow\b/.test(body)) return false;
  return (
    /return\s+ResponseEntity\.(?:ok|noContent|accepted|created)\b|HttpStatus\.(?:OK|CREATED|ACCEPTED)/.test(
      body,
    ) ||
    (/^(?:Exception|Throwable|RuntimeException|DataAccessException|SQLException)$/.test(caughtType(clause)) &&
      /^\{\s*return\s+(?:null|true|List\.of\(\)|Collections\.emptyList\(\)|Optional\.empty\(\));\s*\}$/.test(
        body,
      ))
  );
}

const IN_SERVICE = /@(?:RestController|Controller|Service|Component|RequestMapping|GetMapping)\b/;

function classAround(node: SgNode): string {
  return (
    node
      .ancestors()
      .find((ancestor) => ancestor.kind() === 'class_declaration')
      ?.text() ?? ''
  );
}

function annotationsOf(node: SgNode): string {
  return (
    node
      .children()
      .find((child) => child.kind() === 'modifiers')
      ?.text() ?? ''
  );
}

const BLOCKING = /^(?:block|blockFirst|blockLast|blockOptional)$/;

function blocking(file: ParsedFile): SgNode[] {
  return callsWhere(file, (call) => {
    if (!BLOCKING.test(call.name) && call.name !== 'sleep') return false;
    const around = functionAround(call.node);
    if (around === null) return false;
    const methods = [around, ...around.ancestors().filter(isFunction)];
    if (
      methods.some((method) =>
        /@(?:Scheduled|PostConstruct|PreDestroy|EventListener|Async|Bean)\b/.test(annotationsOf(method)),
      )
    )
      return false;
    if (BLOCKING.test(call.name) && call.receiver !== null)
      return /reactor\.|WebClient|webflux|Mono\b|Flux\b/.test(file.text) && IN_SERVICE.test(file.text);
    if (
      call.callee === 'Thread.sleep' ||
      call.callee === 'TimeUnit.SECONDS.sleep' ||
      /TimeUnit\.\w+\.sleep$/.test(call.callee)
    )
      return IN_SERVICE.test(classAround(call.node));
    return false;
  });
}

const REPOSITORY =
  /(?:^|\.)(?:\w*[rR]epo(?:sitory)?|\w*[dD]ao|jdbc\w*|\w*[jJ]dbcTemplate|em|entityManager|jdbcClient|\w*Mapper|session)$/;
const READ =
  /^(?:find\w*|get(?:ById|ReferenceById|One)?|load\w*|count\w*|exists\w*|query\w*|select\w*|createQuery|createNativeQuery|sql)$/;

function readsInLoops(file: ParsedFile): SgNode[] {
  return callsWhere(file, (call) => {
    if (!isRead(call, file) && !callsReader(call, file)) return false;
    const names = loopNames(call.node);
    return names.some((name) =>
      new RegExp(`\\b${name}\\b`).test(
        call.args.map((arg) => arg.text()).join(' ') || (call.node.parent()?.parent()?.text() ?? ''),
      ),
    );
  });
}

function isRead(call: Call, file: ParsedFile): boolean {
  if (call.receiver === null || !READ.test(call.name) || !REPOSITORY.test(call.receiver.text())) return false;
  const first = call.args[0] === undefined ? '' : valueOf(file, call.args[0]).text();
  return !/^"+\s*(?:insert|update|delete)\b/i.test(first);
}

function callsReader(call: Call, file: ParsedFile): boolean {
  if (call.receiver !== null && call.receiver.text() !== 'this') return false;
  const own = file.names().functionNamed(call.name);
  return (
    own !== null && !isWithin(call.node, own) && callsWithin(file, own).some((inner) => isRead(inner, file))
  );
}

/** Variables of the nearest loop over a list; empty outside of loops. */
function loopNames(node: SgNode): readonly string[] {
  for (const outer of node.ancestors()) {
    if (outer.kind() === 'enhanced_for_statement') {
      const list = outer.field('value');
      if (list !== null && isWithin(node, list)) continue;
      if (
        /batch|chunk|page/i.test(outer.field('name')?.text() ?? '') ||
        /^[A-Z][A-Z0-9_]+$|^List\.of\(|\.values\(\)$/.test(list?.text() ?? '')
      )
        return [];
      return [outer.field('name')?.text() ?? ''];
    }
    if (outer.kind() === 'lambda_expression') {
      const list = listOfCallback(outer);
      if (
        list === null ||
        /^(?:Optional|Mono|Flux)\b|findById|Optional/.test(list.text()) ||
        !/stream\(|List|s$|s\(\)$|All\(/.test(list.text())
      )
        return [];
      return parametersOf(outer).map((parameter) => parameter.field('name')?.text() ?? parameter.text());
    }
    if (isFunction(outer)) return [];
  }
  return [];
}

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

function asserts(method: SgNode, file: ParsedFile, depth: number): boolean {
  if (
    /\bassert\w*\(|\.(?:andExpect|andExpectAll|expectStatus|expectBody|expectNext\w*|verifyComplete|verifyError|isEqualTo|statusCode|should\w*)\(|\bverify\w*\(|\bfail\(|\bexpect\w*\(|\bassert\s|expected\s*=|\bthrow\s/.test(
      method.text(),
    )
  )
    return true;
  return callsWithin(file, method).some((call) => {
    if (/^(?:assert|check|expect|verify|ensure|should)/.test(call.name)) return true;
    const own =
      depth > 2 || (call.receiver !== null && call.receiver.text() !== 'this')
        ? null
        : file.names().functionNamed(call.name);
    return own !== null && own.id() !== method.id() && asserts(own, file, depth + 1);
  });
}

export const JAVA_RULES: readonly SourceRule[] = [
  {
    id: 'java-empty-catch',
    ...ERRORS,
    message: 'A caught exception is dropped; handle it, or say in a comment why nothing is to be done.',
    find: (file) =>
      file
        .all('catch_clause')
        .filter(
          (clause) =>
            isBare(clause.field('body')) && !/^(?:ignored?|expected|unused|_)\w*$/.test(caughtName(clause)),
        ),
    bad: ['class A { void f() { try { g(); } catch (Exception e) { } } }'],
    good: [
      'class A { void f() { try { g(); } catch (IOException ignored) { } } }',
      'class A { void f() { try { g(); } catch (Exception e) { throw new IllegalStateException(e); } } }',
      'class A { void f() { try { g(); } catch (IOException e) { /* closed already */ } } }',
    ],
  },
  {
    id: 'java-prints-stack-trace',
    ...ERRORS,
    message: 'An exception is printed and forgotten; handle it, log it or throw it.',
    find: (file) => file.all('catch_clause').filter(printsOnly),
    bad: ['class A { void f() { try { g(); } catch (Exception e) { e.printStackTrace(); } } }'],
    good: ['class A { void f() { try { g(); } catch (Exception e) { log.error("failed", e); throw e; } } }'],
  },
  {
    id: 'java-catch-answers-success',
    ...ERRORS,
    where: 'service',
    message: 'An exception is answered as success; answer with the status that fits it, or throw it.',
    find: (file) => file.all('catch_clause').filter(answersSuccess),
    bad: [
      'class A { ResponseEntity<?> f() { try { return g(); } catch (Exception e) { return ResponseEntity.ok().build(); } } }',
      'class A { Order f() { try { return g(); } catch (Exception e) { return null; } } }',
    ],
    good: [
      'class A { ResponseEntity<?> f() { try { return g(); } catch (NotFound e) { return ResponseEntity.notFound().build(); } } }',
      'class A { Integer f(String s) { try { return Integer.valueOf(s); } catch (NumberFormatException e) { return null; } } }',
    ],
  },
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
  {
    id: 'java-blocking-call',
    mentions: /\bblock\w*\(|sleep\(/,
    item: 'non-blocking',
    ...JAVA,
    where: 'service',
    message:
      'A blocking call holds the thread that serves requests; return the publisher, or do the waiting elsewhere.',
    find: blocking,
    bad: [
      'import reactor.core.publisher.Mono; @RestController class A { @GetMapping("/x") String f() { return client.get().retrieve().bodyToMono(String.class).block(); } }',
      '@RestController class A { @GetMapping("/x") String f() throws Exception { Thread.sleep(100); return "x"; } }',
      '@Service class A { void f() throws Exception { TimeUnit.SECONDS.sleep(1); } }',
    ],
    good: [
      'import reactor.core.publisher.Mono; @RestController class A { @GetMapping("/x") Mono<String> f() { return client.get().retrieve().bodyToMono(String.class); } }',
      '@Component class A { @Scheduled(fixedDelay = 1) void f() throws Exception { Thread.sleep(100); } }',
    ],
  },
  {
    id: 'java-read-in-loop',
    mentions: /repo|dao\b|jdbc|entityManager|\bem\.|mapper|session/i,
    item: 'no-n-plus-one',
    ...JAVA,
    where: 'service',
    message: 'One query for each row: read what belongs to all rows in one query, by join or by list.',
    find: readsInLoops,
    bad: [
      'class A { void f() { for (Order order : orders.findAll()) { order.setLines(lineRepository.findByOrderId(order.getId())); } } }',
      'class A { List<V> f(List<Order> orders) { return orders.stream().map(order -> new V(order, lineRepository.findByOrderId(order.getId()))).toList(); } }',
      'class A { void f(List<Order> orders) { for (Order o : orders) { o.setTags(jdbcTemplate.queryForList("select name from tags where order_id = ?", String.class, o.getId())); } } }',
    ],
    good: [
      'class A { void f(List<Long> ids) { lineRepository.findByOrderIdIn(ids); } }',
      'class A { void f(List<Order> orders) { for (Order o : orders) { orderRepository.save(o); } } }',
      'class A { void f(List<Order> orders) { for (Order o : orders) { em.createQuery("DELETE FROM Line l WHERE l.id=" + o.getId()).executeUpdate(); } } }',
      'class A { Order f(Long id) { return orderRepository.findById(id).map(order -> new V(order)).orElseThrow(); } }',
      'class A { Object f(Optional<Long> id) { return id.flatMap(value -> orderRepository.findById(value)); } }',
    ],
  },
  {
    id: 'java-test-without-assertion',
    ...TESTS,
    message:
      'A test asserts nothing, so it cannot fail for the reason it is named after; assert what it is about.',
    find: (file) =>
      file
        .all('method_declaration')
        .filter(
          (node) =>
            /@(?:Test|ParameterizedTest|RepeatedTest)\b/.test(annotationsOf(node)) &&
            nameOf(node) !== 'contextLoads' &&
            !asserts(node, file, 0),
        ),
    bad: ['class ATest { @Test void adds() { new Sum().add(1, 2); } }'],
    good: [
      'class ATest { @Test void adds() { assertEquals(3, new Sum().add(1, 2)); } }',
      'class ATest { @Test void answers() throws Exception { mvc.perform(get("/x")).andExpect(status().isOk()); } }',
      'class ATest { void same(int a) { assertEquals(1, a); } @Test void adds() { same(f()); } }',
      'class ATest { @Test void contextLoads() { } }',
    ],
  },
  {
    id: 'java-tautology',
    ...TESTS,
    message:
      'An assertion holds whatever the code does; compare what the code answers with what is expected.',
    find: (file) =>
      callsWhere(file, ({ name, args, node }) => {
        if (name === 'assertTrue' || name === 'assertThat')
          return (
            args[0]?.text() === 'true' &&
            (name === 'assertTrue' || (node.parent()?.text() ?? '').includes('.isTrue()'))
          );
        if (name === 'assertFalse') return args[0]?.text() === 'false';
        const [first, second] = args;
        return (
          /^(?:assertEquals|assertSame)$/.test(name) &&
          first !== undefined &&
          first.text() === second?.text() &&
          !first.text().includes('(')
        );
      }),
    bad: [
      'class ATest { @Test void a() { assertTrue(true); } }',
      'class ATest { @Test void a() { assertEquals(1, 1); } }',
      'class ATest { @Test void a() { assertThat(true).isTrue(); } }',
    ],
    good: [
      'class ATest { @Test void a() { assertTrue(f()); assertEquals(1, f()); assertThat(f()).isTrue(); } }',
    ],
  },
  {
    id: 'java-test-skipped',
    ...TESTS,
    message: 'A test is skipped; mend it, or say on what condition it runs.',
    find: (file) =>
      file
        .all('annotation', 'marker_annotation')
        .filter((node) => /^@(?:[\w.]+\.)?(?:Disabled|Ignore)(?:\(|$)/.test(node.text())),
    bad: [
      'class ATest { @Disabled @Test void a() { assertTrue(f()); } }',
      'class ATest { @Disabled("flaky") @Test void a() { assertTrue(f()); } }',
    ],
    good: ['class ATest { @DisabledOnOs(OS.WINDOWS) @Test void a() { assertTrue(f()); } }'],
  },
];

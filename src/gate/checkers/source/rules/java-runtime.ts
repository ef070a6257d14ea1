import type { SgNode } from '@ast-grep/napi';
import { listOfCallback, parametersOf } from '../engine/names';
import { type Call, functionAround, isFunction, type ParsedFile } from '../engine/parsed-file';
import type { SourceRule } from '../engine/rule';
import { annotationsOf, callsWhere, callsWithin, isWithin, valueOf } from './match';

const JAVA = { language: 'java' } as const;

const IN_SERVICE = /@(?:RestController|Controller|Service|Component|RequestMapping|GetMapping)\b/;

function classAround(node: SgNode): string {
  return (
    node
      .ancestors()
      .find((ancestor) => ancestor.kind() === 'class_declaration')
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

export const JAVA_RUNTIME_RULES: readonly SourceRule[] = [
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
];

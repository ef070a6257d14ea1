import type { SgNode } from '@ast-grep/napi';
import { callOf, fieldOf, isFunction, type ParsedFile } from '../engine/parsed-file';
import { parametersOf } from '../engine/names';
import { isAsync, nameOf } from './match';

const ROUTE_METHODS = /^(?:get|post|put|patch|delete|del|options|head|all|use|route|addHook|register)$/;
const ROUTERS =
  /(?:^|\.)(?:app|api|router|server|fastify|instance|koa|\w*[rR]outer|\w*[aA]pp|v\d+)(?:\.route\(.*\))?$/;
const AT_START =
  /^(?:_?main|start|boot|bootstrap|init|load|read|setup|configure|migrate|seed|listen|close|stop|shutdown|open|connect|onModuleInit|onApplication\w+|beforeAll|prepare|compile)/i;
const MAPPING =
  /@(?:Get|Post|Put|Patch|Delete|All|Query|Mutation|ResolveField|MessagePattern|EventPattern|UseGuards|Sse)\(/;

/** Functions that answer requests, as far as one JavaScript file tells. */
export function isHandler(node: SgNode, file: ParsedFile): boolean {
  const [first, second, third, fourth] = parametersOf(node).map((parameter) =>
    parameter
      .text()
      .replace(/[:?=,][\s\S]*$/, '')
      .trim(),
  );
  if (/^_?(?:req|request)$/.test(first ?? '') && /^_?(?:res|response|reply|h|next)$/.test(second ?? ''))
    return true;
  if (
    /^_?(?:err|error)$/.test(first ?? '') &&
    /^_?(?:req|request)$/.test(second ?? '') &&
    fourth !== undefined
  )
    return true;
  if (/^(?:ctx|context)$/.test(first ?? '') && /^_?next$/.test(second ?? 'next')) return third === undefined;
  const call = callOf(node.parent()?.parent() ?? node);
  if (
    call !== null &&
    call.receiver !== null &&
    ROUTE_METHODS.test(call.name) &&
    ROUTERS.test(call.receiver.text())
  ) {
    return call.name !== 'register';
  }
  const parent = node.parent();
  if (
    parent?.kind() === 'pair' &&
    /^(?:handler|preHandler|onRequest|preValidation|resolve)$/.test(parent.field('key')?.text() ?? '')
  )
    return true;
  if (node.kind() === 'method_definition') {
    const before = node
      .prevAll()
      .filter((sibling) => sibling.kind() === 'decorator')
      .map((sibling) => sibling.text())
      .join('\n');
    return MAPPING.test(before) && /@(?:Controller|Resolver|WebSocketGateway)\(/.test(file.text);
  }
  return isResolver(node);
}

/** A function under `Query` or `Mutation` of an object of resolvers. */
function isResolver(node: SgNode): boolean {
  const key = node.parent()?.parent()?.parent();
  const own = node.kind() === 'method_definition' ? node.parent()?.parent() : key;
  return /^(?:Query|Mutation|Subscription)$/.test(fieldOf(own, 'key')?.text() ?? '');
}

/**
 * Functions that run while requests are served: handlers, what they call in the same file, and asynchronous functions
 * that are not named for the start or the end of the process.
 */
export function servingFunctions(file: ParsedFile): ReadonlySet<number> {
  const functions = file
    .all(
      'function_declaration',
      'function_expression',
      'arrow_function',
      'method_definition',
      'generator_function_declaration',
    )
    .filter((node) => isFunction(node));
  const serving = new Map<number, SgNode>();
  const isStart = (node: SgNode): boolean =>
    [node, ...node.ancestors().filter(isFunction)].some((around) => AT_START.test(nameOf(around)));
  for (const node of functions) {
    if (isHandler(node, file) || (isAsync(node) && !isStart(node) && nameOf(node) !== ''))
      serving.set(node.id(), node);
  }
  const waiting = [...serving.values()];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const call of file.calls()) {
      const { start, end } = call.node.range();
      const around = node.range();
      if (start.index < around.start.index || end.index > around.end.index) continue;
      if (call.receiver !== null && call.receiver.text() !== 'this') continue;
      const called = file.names().functionNamed(call.name);
      if (called === null || serving.has(called.id())) continue;
      serving.set(called.id(), called);
      waiting.push(called);
    }
  }
  return new Set(serving.keys());
}

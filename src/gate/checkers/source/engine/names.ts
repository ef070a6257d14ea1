import type { SgNode } from '@ast-grep/napi';
import type { Language } from './languages';
import { callOf, fieldOf, isFunction, type ParsedFile } from './parsed-file';

/** One place that gives a name its meaning. */
export type Definition =
  | { readonly kind: 'value' | 'append' | 'loop' | 'part'; readonly value: SgNode }
  | {
      readonly kind: 'parameter';
      readonly type: string | null;
      readonly of: SgNode;
      readonly index: number;
      readonly node: SgNode;
    }
  | { readonly kind: 'import' }
  | { readonly kind: 'function'; readonly node: SgNode };

/** What the names of a file stand for. */
export interface Names {
  /** Definitions of a name in the innermost function around `at` that has any. */
  resolve(name: string, at: SgNode): readonly Definition[];
  /** A function of this file by its name. */
  functionNamed(name: string): SgNode | null;
}

const TOP = -1;

/** Finds every definition of a file, by name and by the function it is in. */
export function collectNames(file: ParsedFile): Names {
  const scopes = new Map<string, Map<number, Definition[]>>();
  const functions = new Map<string, SgNode>();
  const add = (name: string, scope: number, definition: Definition): void => {
    const byScope = scopes.get(name) ?? new Map<number, Definition[]>();
    byScope.set(scope, [...(byScope.get(scope) ?? []), definition]);
    scopes.set(name, byScope);
  };
  const scopeOf = (node: SgNode): number => node.ancestors().find(isFunction)?.id() ?? TOP;
  const addAll = (pattern: SgNode | null, scope: number, whole: Definition, part: Definition): void => {
    if (pattern === null) return;
    if (pattern.kind() === 'identifier') add(pattern.text(), scope, whole);
    else for (const name of namesIn(pattern, file.language)) add(name, scope, part);
  };
  for (const node of file.all(...DEFINING[file.language])) {
    const scope = scopeOf(node);
    const value = node.field('value') ?? node.field('right');
    switch (String(node.kind())) {
      case 'variable_declarator':
      case 'named_expression':
        if (value !== null) {
          addAll(node.field('name'), scope, { kind: 'value', value }, { kind: 'part', value });
          if (isFunction(value)) functions.set(node.field('name')?.text() ?? '', value);
        }
        break;
      case 'assignment':
      case 'assignment_expression':
        if (value !== null)
          addAll(node.field('left'), scope, { kind: 'value', value }, { kind: 'part', value });
        break;
      case 'augmented_assignment':
      case 'augmented_assignment_expression':
        if (value !== null)
          addAll(node.field('left'), scope, { kind: 'append', value }, { kind: 'part', value });
        break;
      case 'for_in_statement':
      case 'for_statement':
      case 'for_in_clause':
      case 'enhanced_for_statement': {
        const loop = value === null ? null : ({ kind: 'loop', value } as const);
        if (loop !== null) addAll(node.field('left') ?? node.field('name'), scope, loop, loop);
        break;
      }
      case 'import_statement':
      case 'import_from_statement':
      case 'future_import_statement':
        for (const name of namesIn(node, file.language)) add(name, scope, { kind: 'import' });
        break;
      default:
        if (isFunction(node)) {
          const name = node.field('name')?.text();
          if (name !== undefined) {
            functions.set(name, node);
            add(name, scope, { kind: 'function', node });
          }
          for (const [index, parameter] of parametersOf(node).entries()) {
            const type = parameter.field('type')?.text().replace(/^:\s*/, '') ?? null;
            const definition = { kind: 'parameter', type, of: node, index, node: parameter } as const;
            const pattern = parameter.kind() === 'identifier' ? parameter : patternOf(parameter);
            addAll(pattern, node.id(), definition, definition);
          }
        }
    }
  }
  for (const call of file.calls()) {
    if (
      !/^(?:push|unshift|append|add|extend|concat)$/.test(call.name) ||
      call.receiver?.kind() !== 'identifier'
    )
      continue;
    for (const value of call.args) {
      add(call.receiver.text(), scopeOf(call.node), { kind: 'append', value });
    }
  }
  return {
    resolve(name, at) {
      const byScope = scopes.get(name);
      if (byScope === undefined) return [];
      const around = [...(isFunction(at) ? [at] : []), ...at.ancestors().filter(isFunction)].map((node) =>
        node.id(),
      );
      const found = [...around, TOP].filter((scope) =>
        byScope.get(scope)?.some(({ kind }) => kind !== 'append'),
      );
      const [innermost] = found;
      if (innermost === undefined) return [];
      // What an inner function appends belongs to the outer's name too.
      const appended = [...byScope].flatMap(([scope, list]) =>
        scope === innermost ? [] : list.filter(({ kind }) => kind === 'append'),
      );
      return [...(byScope.get(innermost) ?? []), ...appended];
    },
    functionNamed: (name) => functions.get(name) ?? null,
  };
}

const DEFINING = {
  javascript: [
    'variable_declarator',
    'assignment_expression',
    'augmented_assignment_expression',
    'for_in_statement',
    'import_statement',
    'function_declaration',
    'function_expression',
    'generator_function_declaration',
    'arrow_function',
    'method_definition',
  ],
  python: [
    'assignment',
    'augmented_assignment',
    'named_expression',
    'for_statement',
    'for_in_clause',
    'import_statement',
    'import_from_statement',
    'function_definition',
    'lambda',
  ],
  java: [
    'variable_declarator',
    'assignment_expression',
    'enhanced_for_statement',
    'method_declaration',
    'constructor_declaration',
    'lambda_expression',
  ],
} as const;

/** Parameters of a function, those of the language's own (`self`) left out. */
export function parametersOf(node: SgNode): readonly SgNode[] {
  const single = node.field('parameter');
  if (single !== null) return [single];
  const list = node.field('parameters');
  if (list === null) return [];
  if (list.kind() === 'identifier') return [list];
  return list
    .namedChildren()
    .filter((child) => !String(child.kind()).includes('comment') && !/^(?:self|cls)$/.test(child.text()));
}

function patternOf(parameter: SgNode): SgNode | null {
  return (
    parameter.field('pattern') ??
    parameter.field('left') ??
    parameter.field('name') ??
    parameter.namedChildren().find((child) => /identifier|pattern/.test(String(child.kind()))) ??
    parameter
  );
}

function namesIn(pattern: SgNode, language: Language): string[] {
  const kinds =
    language === 'javascript' ? ['identifier', 'shorthand_property_identifier_pattern'] : ['identifier'];
  return pattern.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } }).map((node) => node.text());
}

/** Expressions a function answers with. */
export function returnsOf(node: SgNode): readonly SgNode[] {
  const body = node.field('body');
  if (body === null) return [];
  if (!String(body.kind()).includes('block')) return [body];
  return body
    .findAll({ rule: { kind: 'return_statement' } })
    .filter((statement) => statement.ancestors().find(isFunction)?.id() === node.id())
    .flatMap((statement) => statement.namedChildren().slice(0, 1));
}

/** What the callers in the same file pass at that position. */
export function argumentsGiven(file: ParsedFile, of: SgNode, index: number): readonly (SgNode | null)[] {
  const name = of.field('name')?.text() ?? fieldOf(of.parent(), 'name')?.text();
  if (name === undefined) return [];
  return file
    .calls()
    .filter((call) => call.name === name)
    .map((call) => call.args[index] ?? null);
}

/** The list whose elements a callback is called with: `rows` of `rows.map((row) => …)`; null where it is no callback. */
export function listOfCallback(callback: SgNode): SgNode | null {
  const around = callback.parent()?.parent();
  const call = around === null || around === undefined ? null : callOf(around);
  return call !== null && /^(?:map|forEach|filter|flatMap|reduce|some|every|find)$/.test(call.name)
    ? call.receiver
    : null;
}

import type { Language } from './languages';
import { parseFile } from './parsed-file';
import { matchesOf, type Snippet, type SourceRule } from './rule';
import { projectOf } from './project';

const DEFAULT_PATHS: Readonly<Record<Language, Readonly<Record<'service' | 'tests', string>>>> = {
  javascript: { service: 'src/orders/service.js', tests: 'test/orders.test.js' },
  python: { service: 'app/orders/service.py', tests: 'tests/test_orders.py' },
  java: { service: 'src/main/java/a/Orders.java', tests: 'src/test/java/a/OrdersTest.java' },
};

/** Whether a rule finds something in a snippet. */
export function findsIn(rule: SourceRule, snippet: Snippet): boolean {
  const { code, path, dependencies = {} } = typeof snippet === 'string' ? { code: snippet } : snippet;
  const name = path ?? DEFAULT_PATHS[rule.language][rule.where === 'tests' ? 'tests' : 'service'];
  const project = projectOf([{ path: name, text: code }], [dependencies]);
  return matchesOf(rule, parseFile(name, code, project)).length > 0;
}

/** Whether rules find every snippet planted for them. */
export function findPlanted(rules: readonly SourceRule[]): boolean {
  return rules.every((rule) => rule.bad.every((snippet) => findsIn(rule, snippet)));
}

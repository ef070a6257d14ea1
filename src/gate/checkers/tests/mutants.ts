import type { SgNode } from '@ast-grep/napi';
import { type Language, languageOf, parseSource } from '../source/engine/languages';

/** One small change of behaviour that some test should notice. */
export interface Mutant {
  readonly path: string;
  readonly line: number;
  /** What was done, for people. */
  readonly change: string;
  /** The whole text of the file with it. */
  readonly text: string;
}

interface Rewrite {
  readonly kind: string;
  /** Most telling first. */
  readonly rank: number;
  readonly rewrite: (node: SgNode) => string | null;
}

const SWAPS: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
};

/** What is written for people to read is not what tests look at. */
const CHATTER = /\b(?:log|logger|logging|console|metrics?|trace|debug|warn)\b/i;

/** What is written the same in JavaScript and Java. */
const WITH_BRACES: readonly Rewrite[] = [
  { kind: 'if_statement', rank: 1, rewrite: (node) => replaced(node, 'condition', (text) => `(!${text})`) },
  {
    kind: 'ternary_expression',
    rank: 1,
    rewrite: (node) => replaced(node, 'condition', (text) => `!(${text})`),
  },
  { kind: 'throw_statement', rank: 2, rewrite: () => ';' },
  { kind: 'binary_expression', rank: 2, rewrite: swapped },
  {
    kind: 'expression_statement',
    rank: 4,
    rewrite: (node) => (/^(?:await )?[\w.]+\(/.test(node.text()) && !CHATTER.test(node.text()) ? ';' : null),
  },
];

const REWRITES: Readonly<Partial<Record<Language, readonly Rewrite[]>>> = {
  javascript: [
    ...WITH_BRACES,
    {
      kind: 'return_statement',
      rank: 3,
      rewrite: (node) => (node.namedChildren().length === 0 ? null : 'return undefined;'),
    },
  ],
  // Some do not compile, such as one without a return at its end; whoever tries them has to tell.
  java: [
    ...WITH_BRACES,
    {
      kind: 'return_statement',
      rank: 3,
      rewrite: (node) => {
        const value = /^return\s+(true|false)\s*;$/.exec(node.text())?.[1];
        return value === undefined ? null : `return ${value === 'true' ? 'false' : 'true'};`;
      },
    },
  ],
  python: [
    {
      kind: 'if_statement',
      rank: 1,
      rewrite: (node) => replaced(node, 'condition', (text) => `not (${text})`),
    },
    { kind: 'raise_statement', rank: 2, rewrite: () => 'pass' },
    { kind: 'comparison_operator', rank: 2, rewrite: swapped },
    {
      kind: 'return_statement',
      rank: 3,
      rewrite: (node) => (/^return\s+(?!None$)/.test(node.text()) ? 'return None' : null),
    },
  ],
};

/**
 * Mutants of these lines of a file, at most one for each line, the most telling first; none for a language without
 * rules.
 */
export function mutantsOf(path: string, text: string, lines: readonly number[]): Mutant[] {
  const language = languageOf(path);
  const rewrites = language === null ? undefined : REWRITES[language];
  if (rewrites === undefined) return [];
  const root = parseSource(path, text);
  const wanted = new Set(lines);
  const byLine = new Map<number, Mutant & { readonly rank: number }>();
  for (const { kind, rank, rewrite } of rewrites) {
    for (const node of root.findAll({ rule: { kind } })) {
      const line = node.range().start.line + 1;
      const known = byLine.get(line);
      if (!wanted.has(line) || (known !== undefined && known.rank <= rank)) continue;
      const after = rewrite(node);
      if (after === null || after === node.text()) continue;
      const mutated = root.commitEdits([node.replace(after)]);
      byLine.set(line, { path, line, rank, change: changeOf(node.text(), after), text: mutated });
    }
  }
  return [...byLine.values()]
    .sort((a, b) => a.rank - b.rank || a.line - b.line)
    .map(({ rank: _, ...mutant }) => mutant);
}

function changeOf(before: string, after: string): string {
  const first = (text: string): string => (text.split('\n')[0] ?? '').trim().slice(0, 80);
  return after === ';' || after === 'pass'
    ? `left out \`${first(before)}\``
    : `\`${first(before)}\` became \`${first(after)}\``;
}

/** The node's text with one of its fields rewritten. */
function replaced(node: SgNode, field: string, rewrite: (text: string) => string): string | null {
  const part = node.field(field);
  if (part === null) return null;
  const from = part.range().start.index - node.range().start.index;
  const text = node.text();
  return `${text.slice(0, from)}${rewrite(part.text())}${text.slice(from + part.text().length)}`;
}

function swapped(node: SgNode): string | null {
  const operator = node.children().find((child) => SWAPS[child.text()] !== undefined);
  const swap = operator === undefined ? undefined : SWAPS[operator.text()];
  if (operator === undefined || swap === undefined) return null;
  const from = operator.range().start.index - node.range().start.index;
  const text = node.text();
  return `${text.slice(0, from)}${swap}${text.slice(from + operator.text().length)}`;
}

import { createRequire } from 'node:module';
import { Lang, parse, registerDynamicLanguage, type SgNode } from '@ast-grep/napi';

/** Languages that have rules; JavaScript stands for JS, JSX, TS and TSX. */
export type Language = 'javascript' | 'python' | 'java';

/** The grammars by file extension. TypeScript's reads no JSX, JavaScript's does. */
const GRAMMARS: Readonly<Record<string, readonly [Language, string]>> = {
  js: ['javascript', Lang.JavaScript],
  cjs: ['javascript', Lang.JavaScript],
  mjs: ['javascript', Lang.JavaScript],
  jsx: ['javascript', Lang.JavaScript],
  ts: ['javascript', Lang.TypeScript],
  cts: ['javascript', Lang.TypeScript],
  mts: ['javascript', Lang.TypeScript],
  tsx: ['javascript', Lang.Tsx],
  py: ['python', 'python'],
  java: ['java', 'java'],
};

/** The language of a file by its name; null where there are no rules for it. */
export function languageOf(path: string): Language | null {
  return grammarOf(path)?.[0] ?? null;
}

/** The syntax tree of a text; the extension of `path` chooses the grammar. Never fails: errors are nodes. */
export function parseSource(path: string, text: string): SgNode {
  const grammar = grammarOf(path);
  if (grammar === undefined) throw new Error(`There is no grammar for ${path}.`);
  registerGrammars();
  return parse(grammar[1], text).root();
}

function grammarOf(path: string): readonly [Language, string] | undefined {
  return /\.d\.[cm]?ts$/.test(path) ? undefined : GRAMMARS[/\.([a-z]+)$/.exec(path)?.[1] ?? ''];
}

interface Grammar {
  readonly libraryPath: string;
  readonly extensions: string[];
  readonly languageSymbol: string;
  readonly expandoChar?: string;
}

let registered = false;

/** Once per process: the library refuses a second registration. Jest's module registries share one process. */
function registerGrammars(): void {
  if (registered) return;
  registered = true;
  const load = createRequire(__filename);
  try {
    registerDynamicLanguage({
      python: load('@ast-grep/lang-python') as Grammar,
      java: load('@ast-grep/lang-java') as Grammar,
    });
  } catch (error) {
    if (!isRegistered()) throw error;
  }
}

function isRegistered(): boolean {
  try {
    return parse('java', 'class A {}').root().kind() === 'program';
  } catch {
    return false;
  }
}

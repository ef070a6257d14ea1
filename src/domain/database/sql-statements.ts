/** A piece of SQL that is not code: what starts it, and how it is stepped over. */
interface Skipped {
  readonly starts: RegExp;
  readonly replacement: string;
  end(text: string, from: number, opener: string): number;
}

const after = (text: string, mark: string, from: number): number => {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
};

function endOfBlockComment(text: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  for (let depth = 1; ;) {
    const found = mark.exec(text);
    if (found === null) return text.length;
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
}

function endOfString(text: string, from: number, opener: string): number {
  const escapes = opener.length > 1;
  for (let at = from; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text[at] === "'") {
      if (text[at + 1] !== "'") return at + 1;
      at += 1;
    }
  }
  return text.length;
}

const SKIPPED: readonly Skipped[] = [
  { starts: /--/y, replacement: '', end: (text, from) => after(text, '\n', from) - 1 },
  { starts: /\/\*/y, replacement: ' ', end: endOfBlockComment },
  { starts: /[eE]?'/y, replacement: "''", end: endOfString },
];
const DOLLAR_QUOTE = /\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$/y;
const QUOTED_NAME = /"[^"]*"|`[^`]*`/y;

const WORD = /[A-Za-z0-9_]/;

const matchAt = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
};

/**
 * The statements of an SQL script on one line each, without comments and with empty string literals. The body of a `DO`
 * is told as statements of its own, since it runs; the bodies of functions are not.
 */
export function sqlStatements(text: string): string[] {
  const statements: string[] = [];
  let current = '';
  const close = (): void => {
    const statement = current.replace(/\s+/g, ' ').trim();
    if (statement !== '') statements.push(statement);
    current = '';
  };
  for (let at = 0; at < text.length;) {
    const word = WORD.test(current.slice(-1));
    const skipped = SKIPPED.map((row) => ({ row, opener: matchAt(row.starts, text, at) ?? '' })).find(
      // The e of `name'` belongs to the name.
      ({ opener }) => opener !== '' && !(word && /^e'/i.test(opener)),
    );
    if (skipped !== undefined) {
      const { row, opener } = skipped;
      at = Math.max(row.end(text, at + opener.length, opener), at + opener.length);
      current += row.replacement;
      continue;
    }
    const dollar = word ? null : matchAt(DOLLAR_QUOTE, text, at);
    if (dollar !== null) {
      const end = after(text, dollar, at + dollar.length);
      if (/^\s*do\b/i.test(current)) statements.push(...blockStatements(text.slice(at + dollar.length, end)));
      current += "''";
      at = end;
      continue;
    }
    const name = matchAt(QUOTED_NAME, text, at);
    if (name === null && text[at] === ';') close();
    else current += name ?? text[at] ?? '';
    at += name?.length ?? 1;
  }
  close();
  return statements;
}

/** Statements of a PL/pgSQL block: what stands before them on their line is control flow. */
function blockStatements(body: string): string[] {
  return sqlStatements(body.replace(/\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$\s*$/, '')).map((statement) =>
    statement.replace(/^.*?\b(?:begin|then|else|loop)\s+(?=(?:drop|truncate|alter|delete)\b)/i, ''),
  );
}

/** One statement of an SQL script as it is written, and the line it begins on, from 1. */
export interface SqlStatement {
  readonly text: string;
  readonly line: number;
}

const LINE_COMMENT = /--[^\n]*/y;
const SIMPLE_STRING = /'(?:[^']|'')*(?:'|$)/y;
const ESCAPE_STRING = /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y;
const QUOTED_NAME = /"(?:[^"]|"")*(?:"|$)/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;

const matchAt = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
};

/**
 * The statements of a PostgreSQL script. Strings, dollar quotes, comments, and the `BEGIN ATOMIC` bodies of functions
 * keep their semicolons; what holds nothing but comments is left out.
 */
export function splitSql(script: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let begin = 0;
  let codeAt: number | null = null;
  let atomic = 0;
  let lastWord = '';
  const close = (end: number): void => {
    if (codeAt !== null) {
      const line = script.slice(0, codeAt).split('\n').length;
      statements.push({ text: script.slice(begin, end).trim(), line });
    }
    codeAt = null;
    lastWord = '';
    begin = end + 1;
  };
  for (let at = 0; at < script.length;) {
    const comment = commentAt(script, at);
    if (comment > 0) {
      at += comment;
      continue;
    }
    if (/\s/.test(script[at] ?? '')) {
      at += 1;
      continue;
    }
    if (script[at] === ';' && atomic === 0) {
      close(at);
      at += 1;
      continue;
    }
    codeAt ??= at;
    const text = literalAt(script, at);
    if (text > 0) {
      at += text;
      continue;
    }
    const word = matchAt(WORD, script, at)?.toLowerCase();
    if (word === undefined) {
      at += 1;
      continue;
    }
    if (word === 'atomic' && lastWord === 'begin') atomic = 1;
    else if (atomic > 0 && word === 'case') atomic += 1;
    else if (atomic > 0 && word === 'end') atomic -= 1;
    lastWord = word;
    at += word.length;
  }
  close(script.length);
  return statements;
}

function commentAt(script: string, at: number): number {
  const line = matchAt(LINE_COMMENT, script, at);
  if (line !== null) return line.length;
  if (!script.startsWith('/*', at)) return 0;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = at + 2;
  for (let depth = 1; ;) {
    const found = mark.exec(script);
    if (found === null) return script.length - at;
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex - at;
  }
}

function literalAt(script: string, at: number): number {
  const plain =
    matchAt(ESCAPE_STRING, script, at) ??
    matchAt(SIMPLE_STRING, script, at) ??
    matchAt(QUOTED_NAME, script, at);
  if (plain !== null) return plain.length;
  const tag = matchAt(DOLLAR_TAG, script, at);
  if (tag === null) return 0;
  const end = script.indexOf(tag, at + tag.length);
  return end < 0 ? script.length - at : end + tag.length - at;
}

/** A statement without the comments in front of it, white space made single: for looking at how it begins. */
export function headOf(statement: string): string {
  let at = 0;
  while (at < statement.length) {
    const comment = commentAt(statement, at);
    if (comment > 0) at += comment;
    else if (/\s/.test(statement[at] ?? '')) at += 1;
    else break;
  }
  return statement
    .slice(at, at + 400)
    .replace(/\s+/g, ' ')
    .trim();
}

const NEEDS_NO_TRANSACTION =
  /^(?:create (?:unique )?index concurrently|drop index concurrently|reindex\b.*\bconcurrently|vacuum\b|create database\b|drop database\b|create tablespace\b|alter system\b|alter table\b.*\bdetach partition\b.*\bconcurrently\b)/i;
const TRANSACTION = /^(?:begin|start transaction|commit|end|rollback|abort)\b/i;

/** Whether PostgreSQL refuses it inside a transaction. */
export function needsNoTransaction(statement: string): boolean {
  return NEEDS_NO_TRANSACTION.test(headOf(statement));
}

/** Whether it begins or ends a transaction itself; savepoints do not count. */
export function controlsTransaction(statement: string): boolean {
  const head = headOf(statement);
  return TRANSACTION.test(head) && !/^rollback\b.*\bto\b/i.test(head);
}

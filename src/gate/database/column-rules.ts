import type { Table } from '../facts/database';

/** What the checks of a table say of one column alone; bounds are inclusive. */
export interface ColumnRules {
  /** The only values it may have. */
  readonly values: readonly string[] | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly pattern: string | null;
  readonly like: string | null;
  readonly lower: boolean;
  readonly upper: boolean;
}

const NO_RULES: ColumnRules = {
  values: null,
  min: null,
  max: null,
  minLength: null,
  maxLength: null,
  pattern: null,
  like: null,
  lower: false,
  upper: false,
};

/** A type of its own the column may have: an enum's labels, or a domain with its checks on VALUE. */
export interface TypeFacts {
  readonly name: string;
  readonly labels: readonly string[] | null;
  readonly base: string | null;
  readonly checks: readonly string[];
}

/** The rules of a column, from length limits, enums, domains and check constraints as PostgreSQL spells them. */
export function rulesOf(table: Table, column: string, types: readonly TypeFacts[] = []): ColumnRules {
  const found = table.columns.find(({ name }) => name === column);
  const type = types.find(({ name }) => name === found?.type);
  const checks = [
    ...table.constraints
      .filter(({ kind, columns }) => kind === 'check' && columns.includes(column))
      .map(({ definition }) => readCheck(definition, column)),
    ...(type?.checks ?? []).map((definition) => readCheck(definition, 'VALUE')),
  ];
  const declared = { ...NO_RULES, maxLength: found?.maxLength ?? null, values: type?.labels ?? null };
  return [declared, ...checks].reduce(narrow);
}

function narrow(a: ColumnRules, b: ColumnRules): ColumnRules {
  const both = (x: number | null, y: number | null, pick: (...values: number[]) => number): number | null =>
    x === null ? y : y === null ? x : pick(x, y);
  return {
    values: a.values ?? b.values,
    min: both(a.min, b.min, Math.max),
    max: both(a.max, b.max, Math.min),
    minLength: both(a.minLength, b.minLength, Math.max),
    maxLength: both(a.maxLength, b.maxLength, Math.min),
    pattern: a.pattern ?? b.pattern,
    like: a.like ?? b.like,
    lower: a.lower || b.lower,
    upper: a.upper || b.upper,
  };
}

/** Rules one check says of a column; what it says of several columns together is not told. */
export function readCheck(definition: string, column: string): ColumnRules {
  const escaped = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const cast = String.raw`(?:::[a-z][a-z ]*(?:\[\])?)?`;
  const ref = String.raw`\(*"?${escaped}"?\)*${cast}\)*`;
  const text = String.raw`'((?:[^']|'')*)'${cast}`;
  const number = String.raw`\(*'?(-?\d+(?:\.\d+)?)'?\)*`;
  const find = (pattern: string, flags = 'g'): RegExpExecArray[] => [
    ...definition.matchAll(new RegExp(String.raw`(?<![\w"]|\w\(+)${pattern}`, flags)),
  ];
  const bounds = boundsOf(find(String.raw`${ref} (>=|<=|>|<|=) ${number}`));
  const lengths = boundsOf(
    find(String.raw`(?:char_length|character_length|length|octet_length)\(${ref} (>=|<=|>|<|=) ${number}`),
  );
  const [list] = find(String.raw`${ref} = ANY \(+ARRAY\[([^\]]*)\]`);
  const single = find(String.raw`${ref} = ${text}`);
  // `a = 'x' OR a = 'y'` names them all; `(a = 'x') = (b IS NULL)` does not.
  const onlySingle = single.length > 0 && !/ AND |\) = \(|\) <> \(/.test(definition) ? single : [];
  const values =
    list === undefined ? onlySingle.map(([, value = '']) => unquote(value)) : literals(list[1] ?? '');
  // A bound that is one branch of an OR binds nothing alone.
  const isChoice = definition.includes(' OR ');
  return {
    values: values.length > 0 ? values : null,
    min: isChoice ? null : bounds.min,
    max: isChoice ? null : bounds.max,
    minLength: isChoice ? null : lengths.min,
    maxLength: isChoice ? null : lengths.max,
    pattern: unquoteOf(find(String.raw`${ref} ~\*? ${text}`)),
    like: unquoteOf(find(String.raw`${ref} ~~\*? ${text}`)),
    lower: find(String.raw`lower\(${ref}`).length > 0,
    upper: find(String.raw`upper\(${ref}`).length > 0,
  };
}

function boundsOf(matches: readonly RegExpExecArray[]): { min: number | null; max: number | null } {
  let [min, max]: [number | null, number | null] = [null, null];
  for (const [, sign, value] of matches) {
    const bound = Number(value);
    const step = Number.isInteger(bound) ? 1 : 0.01;
    if (sign === '>=' || sign === '=') min = bound;
    if (sign === '>') min = bound + step;
    if (sign === '<=' || sign === '=') max = bound;
    if (sign === '<') max = bound - step;
  }
  return { min, max };
}

const unquote = (value: string): string => value.replaceAll("''", "'");

function unquoteOf([match]: readonly RegExpExecArray[]): string | null {
  return match?.[1] === undefined ? null : unquote(match[1]);
}

function literals(list: string): string[] {
  return [...list.matchAll(/'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)/g)].map(([, quoted, number]) =>
    quoted === undefined ? (number ?? '') : unquote(quoted),
  );
}

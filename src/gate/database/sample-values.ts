import type { Column } from '../facts/database';
import type { ColumnRules } from './column-rules';
import { createPatternSampler } from './sample-pattern';

/** A value for the row of that number; what JSON can hold. */
export type ValueSource = (n: number) => unknown;

const DAY_MS = 86_400_000;
const EPOCH_MS = Date.UTC(2024, 0, 1);

const hex = (n: number, digits: number): string =>
  n
    .toString(16)
    .padStart(8, '0')
    .repeat(Math.ceil(digits / 8))
    .slice(-digits);
const uuid = (n: number): string => `${hex(n, 8)}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

// What a name says of a text, in case a check or a trigger asks for it.
const BY_NAME: readonly (readonly [RegExp, ValueSource])[] = [
  [/e_?mail/i, (n) => `user${n}@example.test`],
  [/url|uri|website|link/i, (n) => `https://example.test/${n}`],
  [/currency/i, (n) => ['EUR', 'USD', 'GBP', 'CHF'][n % 4]],
  [/country/i, (n) => ['DE', 'FR', 'US', 'GB'][n % 4]],
  [/locale|language|lang$/i, (n) => ['en', 'de', 'fr'][n % 3]],
  [/time_?zone/i, () => 'UTC'],
  [/phone|mobile/i, (n) => `+4930${String(1_000_000 + n)}`],
  [/hash|digest|checksum|fingerprint/i, (n) => hex(n, 64)],
  [/slug|handle|user_?name|login/i, (n) => `name-${n}`],
  [/ip(?:_?addr(?:ess)?)?$/i, (n) => `10.0.${Math.floor(n / 250) % 250}.${(n % 250) + 1}`],
  [/^(?:.*_)?(?:id|uid|guid|key)$/i, (n) => uuid(n)],
];

/**
 * Ways to fill a column, the likeliest first; NULL is the last where it is allowed. Values of different numbers differ as
 * far as the rules allow. `at` sets dates of later columns later, for checks that one is before another.
 */
export function valueSources(
  column: Column,
  rules: ColumnRules,
  baseType: string,
  at: number,
): ValueSource[] {
  const { values } = rules;
  const sources =
    values !== null ? [(n: number) => values[n % values.length]] : sourcesOfType(column, rules, baseType, at);
  return column.nullable ? [...sources, () => null] : sources;
}

function sourcesOfType(column: Column, rules: ColumnRules, baseType: string, at: number): ValueSource[] {
  const type = baseType.replace(/\(.*?\)/g, '').trim();
  if (type.endsWith('[]')) return [() => '{}'];
  switch (type) {
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'numeric':
    case 'real':
    case 'double precision':
    case 'money':
      return numbers(type, baseType, rules);
    case 'boolean':
      return [(n) => n % 2 === 0, () => true, () => false];
    case 'uuid':
      return [uuid];
    case 'date':
      return [(n) => new Date(EPOCH_MS + (at + n) * DAY_MS).toISOString().slice(0, 10)];
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return [
        (n) => new Date(EPOCH_MS + at * DAY_MS + n * 60_000).toISOString(),
        (n) => new Date(Date.now() + at * DAY_MS + n * 1000).toISOString(),
      ];
    case 'time without time zone':
    case 'time with time zone':
      return [(n) => `${String(8 + (at % 12)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00`];
    case 'interval':
      return [(n) => `${(n % 48) + 1} hours`];
    case 'json':
    case 'jsonb':
      return [(n) => ({ n }), () => []];
    case 'bytea':
      return [(n) => `\\x${hex(n, 32)}`, (n) => `\\x${hex(n, 64)}`, (n) => `\\x${hex(n, 24)}`];
    case 'inet':
    case 'cidr':
      return [(n) => `10.${Math.floor(n / 62_500) % 250}.${Math.floor(n / 250) % 250}.${n % 250}`];
    case 'macaddr':
      return [(n) => hex(n, 12)];
    case 'tsvector':
      return [(n) => `word${n}`];
    case 'point':
      return [(n) => `(${n % 90},${n % 180})`];
    case 'int4range':
    case 'int8range':
    case 'numrange':
      return [(n) => `[${n * 10},${n * 10 + 5})`];
    case 'tstzrange':
    case 'tsrange':
    case 'daterange':
      return [
        (n) => {
          const day = (offset: number): string =>
            new Date(EPOCH_MS + (n * 2 + offset) * DAY_MS).toISOString().slice(0, 10);
          return `[${day(0)},${day(1)})`;
        },
      ];
    default:
      return texts(column, rules, baseType);
  }
}

function numbers(type: string, declared: string, rules: ColumnRules): ValueSource[] {
  const [, precision, scale = '0'] = /\((\d+)(?:,(\d+))?\)/.exec(declared) ?? [];
  const largest =
    type === 'smallint'
      ? 32_767
      : precision === undefined
        ? 2_000_000_000
        : 10 ** (Number(precision) - Number(scale)) - 1;
  const min = rules.min ?? Math.min(1, rules.max ?? 1);
  const max = Math.min(rules.max ?? largest, largest);
  const span = Math.max(1, Math.floor(max - min) + 1);
  return [(n) => min + (n % span), () => min, () => max];
}

function texts(column: Column, rules: ColumnRules, baseType: string): ValueSource[] {
  const fixed = /^character\((\d+)\)/.exec(baseType)?.[1];
  const least = rules.minLength ?? (fixed === undefined ? 0 : Number(fixed));
  const most = rules.maxLength ?? Infinity;
  const fit = (text: string, n: number): string => {
    const number = String(n);
    const padded = text.length < least ? text.padEnd(least, 'x') : text;
    // The end of a text tells rows apart, so the middle is what is cut.
    if (padded.length <= most) return padded;
    return most <= number.length ? number.slice(-most) : padded.slice(0, most - number.length) + number;
  };
  const cased = (text: string): string =>
    rules.upper ? text.toUpperCase() : rules.lower ? text.toLowerCase() : text;
  const pattern = rules.pattern === null ? null : createPatternSampler(rules.pattern);
  const { like } = rules;
  const sources: ValueSource[] = [];
  if (pattern !== null) sources.push(pattern);
  if (like !== null) sources.push((n) => like.replaceAll('%', `x${n}`).replaceAll('_', 'x'));
  const named = BY_NAME.find(([name]) => name.test(column.name))?.[1];
  if (named !== undefined) sources.push((n) => fit(cased(String(named(n))), n));
  const word = column.name.replace(/[^A-Za-z]/g, '').toLowerCase() || 'text';
  return [
    ...sources,
    (n) => fit(cased(`${word}-${n}`), n),
    (n) => fit(cased(`${word}${n}`), n),
    (n) => fit(`user${n}@example.test`, n),
    (n) => String(n),
    (n) => hex(n, 64),
    (n) => uuid(n),
    (n) => createPatternSampler('[A-Z]{3}')?.(n),
    (n) => createPatternSampler('[a-z]{2}')?.(n),
    (n) => `https://example.test/${n}`,
  ];
}

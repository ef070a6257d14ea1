import { z } from 'zod';

/** How the files of a folder of migrations are told apart and ordered. */
export const MigrationStyle = z.discriminatedUnion('kind', [
  /** `0001_`, `001-`, `V1__`: counted, written with at least `width` digits. */
  z.strictObject({ kind: z.literal('number'), prefix: z.enum(['', 'V']), width: z.int().min(1).max(15) }),
  /** `20240101120000_` (UTC), or milliseconds or seconds since 1970. */
  z.strictObject({
    kind: z.literal('time'),
    prefix: z.enum(['', 'V']),
    unit: z.enum(['calendar', 'milliseconds', 'seconds']),
  }),
  /** The tool names them by itself, as Alembic does with revisions. */
  z.strictObject({ kind: z.literal('own') }),
]);
export type MigrationStyle = z.infer<typeof MigrationStyle>;

/** The number or time a migration's name begins with; a double holds 15 digits exactly. */
export const MigrationValue = z.int().min(0);

type Counted = Exclude<MigrationStyle, { kind: 'own' }>;

const calendar: MigrationStyle = { kind: 'time', prefix: '', unit: 'calendar' };
const milliseconds: MigrationStyle = { kind: 'time', prefix: '', unit: 'milliseconds' };
const OWN: MigrationStyle = { kind: 'own' };
const FOUR_DIGITS: MigrationStyle = { kind: 'number', prefix: '', width: 4 };

/** What a tool's first migration is called, where the folder does not show it yet. */
const FIRST_OF_TOOL: Readonly<Record<string, MigrationStyle>> = {
  prisma: calendar,
  knex: calendar,
  sequelize: calendar,
  dbmate: calendar,
  typeorm: milliseconds,
  'node-pg-migrate': milliseconds,
  flyway: { kind: 'number', prefix: 'V', width: 1 },
  'sql-updown': FOUR_DIGITS,
  postgrator: FOUR_DIGITS,
  sql: FOUR_DIGITS,
};
/** Tools whose names carry no order, whatever they begin with. */
const OWN_NAMES: ReadonlySet<string> = new Set(['alembic', 'liquibase']);

const NAME = /^(?:(V)(\d{1,15})(?:[._]\d+)*__|(\d{1,15})[_.-])/;
const LATEST_YEAR = 2200;

/** The names of the migrations in a folder: its entries, since some tools give each a folder. */
export function migrationNames(dir: string, files: readonly string[]): string[] {
  const inside =
    dir === '.' || dir === ''
      ? files
      : files.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1));
  return [...new Set(inside.map((path) => path.split('/', 1)[0] ?? ''))];
}

/** The style of the newest migration and its number; 0 where there is none. */
export function readNumbers(
  names: readonly string[],
  tool: string | null,
): { readonly style: MigrationStyle; readonly highest: number } {
  const first = FIRST_OF_TOOL[tool ?? ''] ?? OWN;
  if (tool !== null && OWN_NAMES.has(tool)) return { style: OWN, highest: 0 };
  let newest: { readonly style: Counted; readonly value: number } | null = null;
  for (const name of names) {
    const [, flyway, version, plain] = NAME.exec(name) ?? [];
    const digits = version ?? plain;
    if (digits === undefined) continue;
    const value = Number(digits);
    if (newest === null || value >= newest.value)
      newest = { style: styleOf(digits, flyway === undefined ? '' : 'V'), value };
  }
  return newest === null ? { style: first, highest: 0 } : { style: newest.style, highest: newest.value };
}

function styleOf(digits: string, prefix: '' | 'V'): Counted {
  const value = Number(digits);
  if (digits.length === 14 && instantOf(value) !== null) return { kind: 'time', prefix, unit: 'calendar' };
  if (/^1\d{12}$/.test(digits)) return { kind: 'time', prefix, unit: 'milliseconds' };
  if (/^1\d{9}$/.test(digits)) return { kind: 'time', prefix, unit: 'seconds' };
  return { kind: 'number', prefix, width: digits.length };
}

/**
 * The next free number above `after`: the next one, or the time now where migrations are named by it.
 *
 * @param now milliseconds since 1970
 */
export function nextValue(style: MigrationStyle, after: number, now: number): number {
  if (style.kind !== 'time') return after + 1;
  switch (style.unit) {
    case 'milliseconds':
      return Math.max(now, after + 1);
    case 'seconds':
      return Math.max(Math.floor(now / 1000), after + 1);
    case 'calendar': {
      const last = instantOf(after);
      return Math.max(calendarOf(now), last === null ? after + 1 : calendarOf(last + 1000));
    }
  }
}

/** How a migration's name begins, such as `0003` or `V3`; null where its tool names it. */
export function writeValue(style: MigrationStyle, value: number): string | null {
  switch (style.kind) {
    case 'own':
      return null;
    case 'number':
      return `${style.prefix}${String(value).padStart(style.width, '0')}`;
    case 'time':
      return `${style.prefix}${value}`;
  }
}

/** 20240131235959 as milliseconds since 1970; null where it is no time. */
function instantOf(value: number): number | null {
  const text = String(value);
  if (text.length !== 14 || Number(text.slice(0, 4)) > LATEST_YEAR) return null;
  const [year, month, day, hour, minute, second] = [
    text.slice(0, 4),
    ...[4, 6, 8, 10, 12].map((at) => text.slice(at, at + 2)),
  ];
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(instant) ? null : instant;
}

function calendarOf(instant: number): number {
  return Number(new Date(instant).toISOString().replace(/\D/g, '').slice(0, 14));
}

// Needs nothing: numbering is pure.
import fc from 'fast-check';
import {
  migrationNames,
  nextValue,
  readNumbers,
  writeValue,
} from '../../../src/domain/database/migration-numbers';

/** 2026-11-26T12:00:00Z */
const NOW = Date.UTC(2026, 10, 26, 12);

const next = (names: readonly string[], tool: string | null = 'sql', now = NOW): string | null => {
  const { style, highest } = readNumbers(names, tool);
  return writeValue(style, nextValue(style, highest, now));
};

describe('the next migration of a folder', () => {
  it.each([
    ['padded numbers', ['0001_a.up.sql', '0001_a.down.sql', '0002_b.up.sql'], '0003'],
    ['numbers with a dash', ['001-a.sql', '009-b.sql'], '010'],
    ['numbers without padding', ['9_a.sql', '8_b.sql'], '10'],
    [
      'Flyway, also with repeatable and undo scripts',
      ['V1__a.sql', 'V2_1__b.sql', 'U2__b.sql', 'R__v.sql'],
      'V3',
    ],
    ['Flyway with padding', ['V001__a.sql'], 'V002'],
    ['Django', ['0001_initial.py', '__init__.py'], '0002'],
    ['times in UTC', ['20240101120000_a.js'], '20261126120000'],
    ['a time that lies ahead', ['20991231235959_a.js'], '21000101000000'],
    ['milliseconds', ['1699999999999_a.js', '1699999999998-b.ts'], String(NOW)],
    ['seconds', ['1699999999_a.sql'], String(NOW / 1000)],
    [
      'numbers before times, as after a change of tools',
      ['0001_a.sql', '20240101120000_b.sql'],
      '20261126120000',
    ],
    ['14 digits that are no time', ['99999999999999_a.sql'], '100000000000000'],
  ] as const)('%s', (_, names, wanted) => {
    expect(next(names)).toBe(wanted);
  });

  it.each([
    ['knex', '20261126120000'],
    ['typeorm', String(NOW)],
    ['flyway', 'V1'],
    ['sql-updown', '0001'],
    ['alembic', null],
    [null, null],
  ] as const)('an empty folder of %s begins with %s', (tool, wanted) => {
    expect(next([], tool)).toBe(wanted);
  });

  it('Alembic names its revisions itself, whatever they begin with', () => {
    expect(next(['123456789012_a.py'], 'alembic')).toBeNull();
  });
});

it('the entries of a folder count: files, and folders of tools that give each migration one', () => {
  const files = ['prisma/migrations/20240101120000_a/migration.sql', 'prisma/schema.prisma', 'src/a.ts'];
  expect(migrationNames('prisma/migrations', files)).toEqual(['20240101120000_a']);
  expect(migrationNames('.', ['0001_a.sql', 'src/a.ts'])).toEqual(['0001_a.sql', 'src']);
});

it('every next one is above all there are, and reads as what was written', () => {
  const name = fc.oneof(
    fc.nat(99_999).map((n) => `${String(n).padStart(4, '0')}_a.sql`),
    fc.nat(99_999).map((n) => `V${n}__a.sql`),
    fc.integer({ min: Date.UTC(1971, 0), max: NOW + 1e10 }).map((ms) => {
      return `${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}_a.sql`;
    }),
    fc.integer({ min: 1e12, max: NOW }).map((ms) => `${ms}_a.js`),
  );
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), (names) => {
      const before = readNumbers(names, null);
      const value = nextValue(before.style, before.highest, NOW);
      const written = writeValue(before.style, value) ?? '';
      const separator = written.startsWith('V') ? '__' : '_';
      expect(value).toBeGreaterThan(before.highest);
      expect(readNumbers([...names, `${written}${separator}b.sql`], null).highest).toBe(value);
    }),
  );
});

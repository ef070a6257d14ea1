// Needs nothing: pure functions.
import { isMigration, migrationChanges } from '../../../src/domain/database/migration-changes';
import { sqlStatements } from '../../../src/domain/database/sql-statements';

const PATH = 'migrations/0003_x.up.sql';
const harms = (after: string, path = PATH, before: string | null = null): string[] =>
  migrationChanges([{ path, before, after }]).map((change) => change.what);

describe('a migration destroys what is there', () => {
  it.each([
    ['DROP TABLE orders;', 'drops table orders'],
    ['drop table if exists public."Orders" cascade', 'drops table orders'],
    ['ALTER TABLE orders DROP COLUMN note;', 'drops column note of table orders'],
    ['ALTER TABLE IF EXISTS ONLY orders\n  DROP note', 'drops column note of table orders'],
    ['DROP SCHEMA billing CASCADE;', 'drops schema billing'],
    ['DROP DATABASE shop;', 'drops database shop'],
    ['TRUNCATE TABLE orders RESTART IDENTITY CASCADE;', 'empties table orders'],
    [
      'ALTER TABLE orders ALTER COLUMN total TYPE integer USING total::int;',
      'changes the type of column total of table orders',
    ],
    [
      'ALTER TABLE orders ALTER total SET DATA TYPE integer;',
      'changes the type of column total of table orders',
    ],
    ['ALTER TABLE orders MODIFY COLUMN total INT;', 'changes the type of column total of table orders'],
    [
      'ALTER TABLE orders ALTER COLUMN note SET NOT NULL;',
      'makes column note NOT NULL without a default of table orders',
    ],
    [
      'ALTER TABLE orders ADD COLUMN owner uuid NOT NULL;',
      'adds column owner NOT NULL without a default of table orders',
    ],
    ['DELETE FROM orders;', 'deletes every row of table orders'],
    ['WITH old AS (SELECT 1) DELETE FROM orders RETURNING id;', 'deletes every row of table orders'],
    ['DO $$ BEGIN IF true THEN DROP TABLE orders; END IF; END $$;', 'drops table orders'],
    ['DO $x$\nBEGIN\n  DELETE FROM orders;\nEND\n$x$ LANGUAGE plpgsql;', 'deletes every row of table orders'],
    ["INSERT INTO t VALUES ('it''s; ok'); /* x /* y */ */ DROP TABLE orders; -- bye", 'drops table orders'],
  ])('%s', (sql, harm) => {
    expect(harms(sql)).toEqual([harm]);
  });

  it('names each of several tables and actions', () => {
    expect(
      harms('DROP TABLE a, b; ALTER TABLE c DROP COLUMN x, ADD COLUMN y numeric(10, 2), DROP y2;'),
    ).toEqual(['drops table a', 'drops table b', 'drops column x of table c', 'drops column y2 of table c']);
  });
});

describe('a migration is no danger', () => {
  it.each([
    '-- DROP TABLE orders;',
    '/* DROP TABLE orders; */ SELECT 1;',
    "INSERT INTO audit VALUES ('DROP TABLE orders; DELETE FROM orders');",
    "INSERT INTO audit VALUES (E'it\\'s; DROP TABLE orders; --');",
    'CREATE FUNCTION f() RETURNS void AS $$ DELETE FROM orders; $$ LANGUAGE sql;',
    'DELETE FROM orders WHERE id = 1;',
    'CREATE TABLE fresh (id int); ALTER TABLE fresh ALTER COLUMN id TYPE bigint; DROP TABLE fresh;',
    'CREATE TEMP TABLE work AS SELECT 1; DROP TABLE work;',
    'ALTER TABLE orders ADD COLUMN owner uuid;',
    "ALTER TABLE orders ADD COLUMN state text NOT NULL DEFAULT 'new';",
    'ALTER TABLE orders ADD COLUMN n int GENERATED ALWAYS AS (1) STORED NOT NULL;',
    'ALTER TABLE orders ADD CONSTRAINT named CHECK (note IS NOT NULL);',
    "ALTER TABLE orders ALTER COLUMN note SET DEFAULT '', ALTER COLUMN note SET NOT NULL;",
    'ALTER TABLE orders DROP CONSTRAINT c, ALTER COLUMN x DROP NOT NULL, ALTER COLUMN y DROP DEFAULT;',
    'DROP INDEX orders_idx; DROP VIEW recent; CREATE TRIGGER t BEFORE TRUNCATE ON orders EXECUTE FUNCTION f();',
    'CREATE TABLE lines (order_id int REFERENCES orders ON DELETE CASCADE);',
  ])('%s', (sql) => {
    expect(harms(sql)).toEqual([]);
  });

  it.each(['m/1_x.down.sql', 'm/down.sql', 'm/001.undo.sql', 'm/U2__x.sql', 'm/3_users_down.sql'])(
    'on the way down: %s',
    (path) => {
      expect(harms('DROP TABLE orders;', path)).toEqual([]);
    },
  );

  it.each([
    ['-- migrate:up', '-- migrate:down'],
    ['-- +goose Up', '-- +goose Down'],
    ['-- Up Migration', '-- Down Migration'],
  ])('in its section of the way down: %s', (up, down) => {
    expect(harms(`${up}\nSELECT 1;\n${down}\nDROP TABLE orders;\n`)).toEqual([]);
    expect(harms(`${down}\nSELECT 1;\n${up}\nDROP TABLE orders;\n`)).toEqual(['drops table orders']);
  });
});

test('of a changed migration only what is new in it counts', () => {
  const before = 'DROP TABLE old;';
  expect(harms(`${before}\nDROP TABLE orders;`, PATH, before)).toEqual(['drops table orders']);
});

test('a table that an older migration made is an existing one, whoever edits that file', () => {
  const before = 'CREATE TABLE orders (id int);';
  expect(harms(`${before} ALTER TABLE orders DROP COLUMN id;`, PATH, before)).toEqual([
    'drops column id of table orders',
  ]);
});

test('migrations are SQL files in the folder the survey found, or in one called so', () => {
  expect(isMigration('drizzle/0001.sql', 'drizzle')).toBe(true);
  expect(isMigration('drizzle/meta.json', 'drizzle')).toBe(false);
  expect(isMigration('seeds/1.sql', 'drizzle')).toBe(false);
  expect(isMigration('src/db/migrations/1.sql', null)).toBe(true);
  expect(isMigration('seeds/1.sql', null)).toBe(false);
});

test('a script that never ends a quote or a comment is read to its end', () => {
  for (const text of ["SELECT 'x", 'SELECT /* x', 'DO $$ x', 'SELECT "x', '--', "E'\\"])
    expect(sqlStatements(text).length).toBeLessThanOrEqual(2);
});

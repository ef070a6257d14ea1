// Needs PostgreSQL (on PATH or from the package) and git.
import { generateRows } from '../../../src/gate/database/generate-rows';
import { createPatternSampler } from '../../../src/gate/database/sample-pattern';
import { openBench } from './support';

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

test.each(['orders-service', 'inventory-service'])('fills the tables of %s, and again', async (sample) => {
  const database = await bench.inspect({ from: `examples/${sample}` }).openDatabase();
  for (const round of [1, 2]) {
    const generated = await generateRows(database, { rows: 1500 });
    expect(generated.problems).toEqual([]);
    for (const count of generated.counts.values()) expect(count).toBe(1500);
    const name = database.tables[0]?.name ?? '';
    expect(await database.query(`select count(*)::int as n from ${name}`)).toEqual([{ n: round * 1500 }]);
  }
});

const HARD = `
create type mood as enum ('sad', 'happy');
create domain short as text check (length(value) between 3 and 10);
create table parents (
  id bigint generated always as identity primary key,
  email text not null unique check (email ~ '^[a-z0-9]+@[a-z]+\\.[a-z]{2,3}$'),
  mood mood not null,
  nick short not null,
  price numeric(6, 2) not null check (price > 0 and price < 100),
  code char(2) not null,
  kind varchar(10) not null check (kind in ('one', 'two')),
  starts_at timestamptz not null, ends_at timestamptz not null, check (starts_at < ends_at),
  done boolean not null, done_at timestamptz, check (done = (done_at is not null)),
  total int generated always as (1 + 1) stored,
  tags text[] not null, data jsonb not null check (jsonb_typeof(data) = 'object'),
  boss_id bigint references parents (id)
);
create table children (
  parent_id bigint not null references parents (id),
  other_id bigint not null references parents (id),
  place int not null check (place between 1 and 20),
  "odd Name" uuid not null,
  primary key (parent_id, other_id),
  unique (parent_id, place)
);
create schema side;
create table side.things (id int primary key, child_parent bigint not null, child_other bigint not null,
  foreign key (child_parent, child_other) references public.children (parent_id, other_id));`;

test('honours checks, domains, enums, composite keys, columns that belong together and other schemas', async () => {
  const database = await bench.inspect({ files: { 'migrations/1_hard.up.sql': HARD } }).openDatabase();
  const generated = await generateRows(database, { rows: 100 });
  expect(generated.problems).toEqual([]);
  expect([...generated.counts]).toEqual([
    ['parents', 100],
    ['children', 100],
    ['side.things', 100],
  ]);
});

test('a table it cannot fill is told with the reason, the others are filled', async () => {
  const impossible = `create table never (n int not null check (n < 0 and n > 0));
    create table always (n int);`;
  const database = await bench.inspect({ files: { 'migrations/1_i.up.sql': impossible } }).openDatabase();
  const { counts, problems } = await generateRows(database, { rows: 5 });
  expect([...counts]).toEqual([
    ['always', 5],
    ['never', 0],
  ]);
  expect(problems).toEqual([{ table: 'never', reason: expect.stringContaining('never_n_check') }]);
});

describe('texts for a pattern', () => {
  test.each([
    '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    '^(?:low|high)-\\d{2,}$',
    '^[^@\\s]+@[^@\\s]+\\.[a-z]+$',
    '^\\+[1-9][0-9]{6,14}$',
    '^[[:upper:]]{3}$',
  ])('%s', (pattern) => {
    const sample = createPatternSampler(pattern);
    const texts = Array.from({ length: 200 }, (_, n) => sample?.(n) ?? '');
    const asJavaScript = new RegExp(pattern.replace('[[:upper:]]', '[A-Z]'));
    for (const text of texts) expect(text).toMatch(asJavaScript);
    expect(new Set(texts).size).toBe(200);
  });

  test('a look-ahead is not guessed at', () => {
    expect(createPatternSampler('^(?=.*a)b')).toBeNull();
  });
});

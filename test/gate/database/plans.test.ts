// Needs no database: plans as PostgreSQL tells them.
import { type PlanNode, scanProblems } from '../../../src/gate/database/explain';
import { splitSql } from '../../../src/gate/database/split-sql';
import { readCheck } from '../../../src/gate/database/column-rules';
import type { Table } from '../../../src/gate/facts/database';

const column = (name: string): Table['columns'][number] => ({
  name,
  type: 'text',
  nullable: false,
  maxLength: null,
  default: null,
  generated: false,
  comment: null,
});
const LINES: Table = {
  schema: 'public',
  name: 'lines',
  comment: null,
  columns: [column('id'), column('part'), column('note')],
  constraints: [],
  indexes: [],
};
const scan = (more: Partial<PlanNode>, type = 'Seq Scan'): PlanNode => ({
  'Node Type': type,
  'Relation Name': 'lines',
  ...more,
});
const limited = (below: PlanNode): PlanNode => ({ 'Node Type': 'Limit', Plans: [below] });
const sorted = (below: PlanNode, rows = 1500): PlanNode => ({
  'Node Type': 'Sort',
  'Sort Key': ['l.part DESC'],
  'Plan Rows': rows,
  Plans: [below],
});
const picked = (condition: string): PlanNode => scan({ Alias: 'l', 'Index Cond': condition }, 'Index Scan');
const bitmap = (condition: string): PlanNode =>
  scan(
    { Alias: 'l', Plans: [{ 'Node Type': 'Bitmap Index Scan', 'Index Cond': condition }] },
    'Bitmap Heap Scan',
  );
const joined = (inner: PlanNode): PlanNode => ({
  'Node Type': 'Hash Join',
  Plans: [
    { 'Node Type': 'Index Scan', 'Relation Name': 'kinds', Alias: 'k' },
    { 'Node Type': 'Hash', Plans: [inner] },
  ],
});

test.each<[string, PlanNode, string[]]>([
  ['a filter', scan({ Filter: '(l.part = $1)' }), ['filter part']],
  [
    'a filter over the key in order, without a limit',
    scan({ Filter: '(l.part = $1)' }, 'Index Scan'),
    ['filter part'],
  ],
  ['the first of all in an order', limited(sorted(scan({}))), ['order part']],
  ['the first of a range in an order', limited(sorted(picked('(l.note > $1)'), 500)), ['order part']],
  [
    'the same by a bitmap',
    limited(sorted(bitmap('((l.note >= $1) AND (l.note < $2))'), 500)),
    ['order part'],
  ],
  [
    'the first of a join in an order of one table',
    limited(sorted(joined(scan({ Alias: 'l' })))),
    ['order part'],
  ],
  ['a filter of any of them', scan({ Filter: '(l.part = ANY ($1))' }), ['filter part']],
])('%s is a problem', (_, plan, found) => {
  expect(scanProblems(plan, [LINES]).map(({ kind, columns }) => `${kind} ${columns.join()}`)).toEqual(found);
});

test.each<[string, PlanNode]>([
  ['a filter after an index', scan({ Filter: '(l.note = $2)', 'Index Cond': '(l.part = $1)' }, 'Index Scan')],
  [
    'a filter after a bitmap of an index',
    scan(
      {
        Filter: '(l.note = $2)',
        Plans: [
          {
            'Node Type': 'BitmapAnd',
            Plans: [{ 'Node Type': 'Bitmap Index Scan', 'Index Cond': '(l.part = $1)' }],
          },
        ],
      },
      'Bitmap Heap Scan',
    ),
  ],
  ['an ordered scan that stops early', limited(scan({ Filter: '(l.part = $1)' }, 'Index Scan'))],
  ['a condition a parameter switches off', scan({ Filter: '(($1 IS NULL) OR (l.part = $1))' })],
  ['a few of a range in an order', limited(sorted(picked('(l.note > $1)'), 100))],
  ['those of one value in an order', limited(sorted(picked('(l.note = $1)'), 500))],
  ['those of one value from a place on', limited(sorted(picked('((l.note = $1) AND (l.id > $2))'), 500))],
  ['a few of a join in an order', limited(sorted(joined(scan({ Alias: 'l' })), 20))],
  ['a join in the order of the other table', limited(sorted(joined(scan({ Alias: 'm' }))))],
  ['a range in an order, without a limit', sorted(picked('(l.note > $1)'), 500)],
  ['a pattern', scan({ Filter: '(l.part ~~* $1)' })],
  ['all of it', scan({})],
  ['all of it in an order', sorted(scan({}))],
  ['a table that is small', scan({ Filter: '(l.part = $1)', 'Relation Name': 'kinds' })],
])('%s is none', (_, plan) => {
  expect(scanProblems(plan, [LINES])).toEqual([]);
});

test.each<[string, string[]]>([
  [
    `select ';'; select 1 -- ;\n; /* ; /* ; */ ; */ select $a$ ; $a$`,
    [`select ';'`, 'select 1 -- ;', '/* ; /* ; */ ; */ select $a$ ; $a$'],
  ],
  [
    `insert into t values (E'it\\'s;'); select "a;b" from t`,
    [`insert into t values (E'it\\'s;')`, 'select "a;b" from t'],
  ],
  [
    'create function f() returns int begin atomic; select case when true then 1 end; end; select 2',
    ['create function f() returns int begin atomic; select case when true then 1 end; end', 'select 2'],
  ],
  ['-- nothing\n;;', []],
])('%s is split into its statements', (script, statements) => {
  expect(splitSql(script).map(({ text }) => text)).toEqual(statements);
});

test.each<[string, string, object]>([
  [`CHECK ((status = ANY (ARRAY['a'::text, 'b''c'::text])))`, 'status', { values: ['a', "b'c"] }],
  [
    `CHECK (((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))`,
    'status',
    { values: ['a', 'b'] },
  ],
  ['CHECK (((n >= 1) AND (n <= 100)))', 'n', { min: 1, max: 100 }],
  ['CHECK ((price > (0)::numeric))', 'price', { min: 1 }],
  [
    'CHECK (((length(name) >= 1) AND (length(name) <= 200)))',
    'name',
    { minLength: 1, maxLength: 200, min: null, max: null },
  ],
  [`CHECK ((code ~ '^[A-Z]{3}$'::text))`, 'code', { pattern: '^[A-Z]{3}$' }],
  [`CHECK (((status = 'cancelled'::text) = (cancelled_at IS NOT NULL)))`, 'status', { values: null }],
  [`CHECK ((jsonb_typeof(data) = 'object'::text))`, 'data', { values: null }],
])('%s says of %s', (definition, name, rules) => {
  expect(readCheck(definition, name)).toMatchObject(rules);
});

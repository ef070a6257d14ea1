// Needs PostgreSQL (on PATH or from the package) and git; starts a small GraphQL service of its own.
import { dbValidation } from '../../../src/gate/checkers/database/db-validation';
import { nPlusOne } from '../../../src/gate/checkers/database/n-plus-one';
import { queryIndexes } from '../../../src/gate/checkers/database/query-indexes';
import type { GateChecker } from '../../../src/gate/checker';
import { type Given, openBench } from './support';

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

const SCHEMA = `type Query {
  books(first: Int = 20): [Book!]!
  authors(first: Int = 20): AuthorConnection!
  book(id: ID!): Book
}
type Mutation { addBook(input: NewBook!): Book! }
enum Genre { NOVEL POEM }
type Book { id: ID! title: String! genre: Genre! author: Author! }
type Author { id: ID! name: String books: [Book!]! }
type AuthorEdge { cursor: String! node: Author! }
type AuthorConnection { edges: [AuthorEdge!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! }
input NewBook { title: String! genre: Genre! authorId: ID! }
`;
const TABLES = `create table authors (id bigint generated always as identity primary key, name text);
create table books (id bigint generated always as identity primary key, author_id bigint not null references authors (id),
  title text not null, genre text not null check (genre in ('NOVEL', 'POEM')));
create index on books (author_id);`;
const BATCHED = `const many = (sql, key) => { let wanted = []; let run; return (id) => { wanted.push(id);
  run ??= new Promise((done) => setImmediate(async () => { const { rows } = await pool.query(sql, [wanted]); run = undefined; wanted = []; done(rows); }));
  return run.then((rows) => rows.filter((row) => String(row[key]) === String(id))); }; };
  const authorOf = many('select * from authors where id = any($1)', 'id');
  const booksOf = many('select * from books where author_id = any($1)', 'author_id');
  const book = (row) => ({ ...row, author: async () => author((await authorOf(row.author_id))[0]) });
  const author = (row) => ({ ...row, books: async () => (await booksOf(row.id)).map(book) });`;
const ONE_BY_ONE = `const book = (row) => ({ ...row, author: async () => author((await pool.query('select * from authors where id = $1', [row.author_id])).rows[0]) });
  const author = (row) => ({ ...row, books: async () => (await pool.query('select * from books where author_id = $1', [row.id])).rows.map(book) });`;

function service(options: { resolvers?: string; list?: string; tables?: string; schema?: string }): Given {
  const {
    resolvers = BATCHED,
    list = 'select * from books order by id limit $1',
    tables = TABLES,
    schema = SCHEMA,
  } = options;
  const server = `
    const http = require('http');
    const { buildSchema, graphql } = require(${JSON.stringify(require.resolve('graphql'))});
    const { Pool } = require(${JSON.stringify(require.resolve('pg'))});
    const pool = new Pool({ connectionString: process.env.DATABASE_URL });
    const schema = buildSchema(${JSON.stringify(schema)});
    ${resolvers}
    const rootValue = {
      books: async ({ first }) => (await pool.query(${JSON.stringify(list)}, [first])).rows.map(book),
      authors: async ({ first }) => ({ pageInfo: { hasNextPage: false },
        edges: (await pool.query('select * from authors order by id limit $1', [first])).rows.map((row) => ({ cursor: String(row.id), node: author(row) })) }),
      book: async ({ id }) => { const { rows } = await pool.query('select * from books where id = $1', [id]); return rows[0] ? book(rows[0]) : null; },
    };
    http.createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk)).on('end', async () => {
        const send = (status, body) => { response.writeHead(status, { 'content-type': 'application/json' }); response.end(JSON.stringify(body)); };
        if (request.url !== '/graphql') return send(request.url === '/health' ? 200 : 404, {});
        send(200, await graphql({ schema, source: JSON.parse(text).query, rootValue }));
      });
    }).listen(Number(process.env.PORT), '127.0.0.1');`;
  return {
    files: { 'server.js': server, 'schema.graphql': schema, 'migrations/0001_books.up.sql': tables },
    survey: { apiSpec: 'schema.graphql' },
    settings: {
      api: { kind: 'graphql', spec: 'schema.graphql', from: 'file', basePath: null },
      run: {
        cmd: ['node', 'server.js'],
        portEnv: 'PORT',
        health: '/health',
        readyTimeoutMs: 15_000,
        env: {},
        requiredEnv: [],
      },
      database: { urlEnv: 'DATABASE_URL', version: null, up: null, down: null, seed: null },
    },
  };
}

async function keys(checker: GateChecker, given: Given): Promise<string[]> {
  const [answer] = await checker.check(bench.inspect(given));
  return answer?.outcome.kind === 'ran-found'
    ? (answer.outcome.findings ?? []).map(({ key }) => key).toSorted()
    : [answer?.outcome.kind ?? ''];
}

test('resolvers that ask once for all rows, by indexes, are clean', async () => {
  expect(await keys(nPlusOne, service({}))).toEqual(['ran-clean']);
  expect(await keys(queryIndexes, service({}))).toEqual(['ran-clean']);
});

test('resolvers that ask for each row are found, in lists and in connections', async () => {
  const found = await keys(nPlusOne, service({ resolvers: ONE_BY_ONE }));
  expect(found).toContain('n-plus-one:query authors:select * from books where author_id = $1');
  expect(found).toContain('n-plus-one:query books:select * from authors where id = $1');
});

test.each<[string, Parameters<typeof service>[0], string]>([
  ['an order', { list: 'select * from books order by title limit $1' }, 'query-index:order:books(title)'],
  [
    'a filter below a row',
    { tables: TABLES.replace('create index on books (author_id);', '') },
    'query-index:filter:books(author_id)',
  ],
])('%s without an index is found', async (_, options, key) => {
  expect(await keys(queryIndexes, service(options))).toEqual([key]);
});

test('what the schema promises and the database does not keep is found', async () => {
  expect(await keys(dbValidation, service({}))).toEqual(['ran-clean']);
  const tables = TABLES.replace('title text not null', 'title text').replace(/ check \([^)]*\)\)/, '');
  expect(await keys(dbValidation, service({ tables }))).toEqual([
    'db-validation:enum:books.genre',
    'db-validation:required:books.title',
  ]);
  const schema = `directive @constraint(maxLength: Int) on INPUT_FIELD_DEFINITION\n${SCHEMA.replace('input NewBook { title: String!', 'input NewBook { title: String! @constraint(maxLength: 200)')}`;
  expect(await keys(dbValidation, service({ schema }))).toEqual(['db-validation:max-length:books.title']);
});

// Needs pip and Maven with their registries, Python 3.11, Java 17 and a PostgreSQL of the chain; bubblewrap when it is there.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Receipt } from '../../../src/domain/quality-gate/receipt';
import { type GateOfFolders, openGateOfFolders } from '../gate-of-folders';

const FIXTURES = join(__dirname, '../../fixtures/lazy-loading');

let gates: GateOfFolders;
beforeAll(async () => {
  gates = await openGateOfFolders();
});
afterAll(() => gates.close());

interface Twin {
  readonly file: string;
  readonly run: { readonly cmd: readonly string[]; readonly build?: readonly string[] };
  /** Related rows with the list itself. */
  readonly eager: readonly (readonly [from: string, to: string])[];
}

const TWINS: Readonly<Record<string, Twin>> = {
  sqlalchemy: {
    file: 'app.py',
    run: { cmd: ['sh', '-c', 'exec uvicorn app:app --port "$PORT"'] },
    eager: [
      ['back_populates="author", lazy="select"', 'back_populates="author", lazy="selectin"'],
      ['back_populates="books", lazy="select"', 'back_populates="books", lazy="joined"'],
    ],
  },
  jpa: {
    file: 'src/main/java/example/Books.java',
    run: {
      cmd: ['java', '-jar', 'target/books-1.0.0.jar'],
      build: ['mvn', '-B', '-o', '-q', '-DskipTests', 'package'],
    },
    eager: [
      ['select b from Book b order', 'select b from Book b join fetch b.author order'],
      ['select a from Author a where', 'select distinct a from Author a left join fetch a.books where'],
    ],
  },
};

/** What the run of the service said; the rules over sources answer for the item as well. */
async function statementsPerRow(folder: string): Promise<Receipt> {
  const { receipts } = await gates.gate(folder, ['no-n-plus-one']);
  const found = receipts.find(({ asked }) => asked === 'statements-per-row');
  if (found === undefined) throw new Error('the service was not asked');
  return found;
}

function checkout(name: string, as: string, edits: Twin['eager'] = []): string {
  const twin = TWINS[name];
  if (twin === undefined) throw new Error(`no twin ${name}`);
  const folder = join(gates.base, as);
  cpSync(join(FIXTURES, name), folder, { recursive: true });
  const { cmd, build } = twin.run;
  const service = {
    name,
    ...(build === undefined ? {} : { build }),
    run: { cmd, readyTimeoutMs: 180_000 },
    api: { kind: 'openapi', spec: 'openapi.yaml' },
    database: { engine: 'postgres', urlEnv: 'DATABASE_URL' },
    publicOps: ['listBooks', 'listAuthors'],
  };
  writeFileSync(join(folder, 'coordinator.config.json'), JSON.stringify({ version: 1, services: [service] }));
  const path = join(folder, twin.file);
  let text = readFileSync(path, 'utf8');
  for (const [from, to] of edits) {
    if (text.split(from).length !== 2) throw new Error(`"${from}" does not stand once in ${twin.file}`);
    text = text.replace(from, to);
  }
  writeFileSync(path, text);
  return folder;
}

describe.each(Object.keys(TWINS))('%s', (name) => {
  test('a parent and children that are read when they are first touched are found for both lists', async () => {
    const receipt = await statementsPerRow(checkout(name, `${name}-lazy`));
    const operations = (receipt.findings ?? []).map(({ text }) => /^GET \S+/.exec(text)?.[0]);
    expect({ note: receipt.note, operations: operations.toSorted() }).toMatchObject({
      operations: ['GET /v1/authors', 'GET /v1/books'],
    });
    expect(receipt.verdict).toBe('fail');
    // Maven brings in a whole framework.
  }, 400_000);

  test('read with the list itself they are no finding', async () => {
    const receipt = await statementsPerRow(checkout(name, `${name}-eager`, TWINS[name]?.eager));
    expect(receipt).toMatchObject({
      verdict: 'pass',
      note: '2 lists were requested with few rows and with more',
    });
  }, 400_000);
});

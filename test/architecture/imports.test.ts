// Needs no server: reads the source files.
import { builtinModules } from 'node:module';
import { importsOf, sourceFiles, withoutComments, type Import } from './source';

const files = sourceFiles('src', 'workflows', 'activities');
const imports = files.flatMap(importsOf);

const within = (path: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
const isOurs = ({ to }: Import): boolean =>
  within(to, 'src', 'workflows', 'activities', 'test', 'bench', 'scripts');
const isBuiltin = ({ to }: Import): boolean =>
  to.startsWith('node:') || (!isOurs({ from: '', to, typeOnly: false }) && builtinModules.includes(to));
const isVendor = (one: Import): boolean => !isOurs(one) && !isBuiltin(one);
const told = (row: Import): string => `${row.from} imports ${row.to}`;
const from = (...folders: readonly string[]): Import[] =>
  imports.filter((row) => within(row.from, ...folders));
/** Imports that are none of those allowed. */
const offending = (rows: readonly Import[], allowed: (row: Import) => boolean): string[] =>
  rows.filter((row) => !allowed(row)).map(told);

const ADAPTERS = [
  'model',
  'offline',
  'git',
  'store',
  'gate',
  'survey',
  'contracts',
  'sandbox',
  'postgres',
  'temporal',
  'report',
  'watch',
  'mcp',
  'audit',
  'notify',
  'forge',
  'inbox',
].map((name) => `src/${name}`);
const SHARED = ['src/config', 'src/html', 'src/http', 'src/process'];
/** Types one adapter may know of another: checks run in a sandbox and on databases, which have no ports of their own. */
const KNOWN_TYPES = [
  { from: 'src/gate', to: 'src/sandbox/sandbox' },
  { from: 'src/gate', to: 'src/postgres/postgres-server' },
];
/** Rules over the sources of targets: what they look for stands in them as text. */
const RULES = ['src/gate/checkers'];
/** Loaded into a target's own process. */
const GUESTS = ['src/gate/stage/loop-probe.ts'];

describe('who may import what', () => {
  it('there is something to check in every folder', () => {
    for (const folder of ['src/domain', 'src/ports', 'workflows', 'activities', ...ADAPTERS]) {
      expect(from(folder).length).toBeGreaterThan(0);
    }
  });

  it('the domain: zod and itself', () => {
    expect(offending(from('src/domain'), ({ to }) => within(to, 'src/domain') || to === 'zod')).toEqual([]);
  });

  it('ports: types of the domain and of other ports', () => {
    const allowed = ({ to, typeOnly }: Import): boolean => typeOnly && within(to, 'src/domain', 'src/ports');
    expect(offending(from('src/ports'), allowed)).toEqual([]);
  });

  it('workflows: the domain, themselves, Temporal’s workflow side, schemas as types, activities as types', () => {
    const allowed = ({ to, typeOnly }: Import): boolean =>
      within(to, 'src/domain', 'workflows') ||
      ['@temporalio/workflow', '@temporalio/common'].includes(to) ||
      (typeOnly && (to === 'zod' || within(to, 'activities')));
    expect(offending(from('workflows'), allowed)).toEqual([]);
  });

  it('activities: the domain, themselves, Temporal’s activity side, ports and schemas as types', () => {
    const allowed = ({ to, typeOnly }: Import): boolean =>
      within(to, 'src/domain', 'activities') ||
      to === '@temporalio/activity' ||
      (typeOnly && (to === 'zod' || within(to, 'src/ports')));
    expect(offending(from('activities'), allowed)).toEqual([]);
  });

  it.each(ADAPTERS)('%s: no other adapter, neither worker, client nor command line', (adapter) => {
    const allowed = (row: Import): boolean =>
      isVendor(row) ||
      isBuiltin(row) ||
      within(row.to, adapter, 'src/domain', ...SHARED) ||
      (row.typeOnly && within(row.to, 'src/ports')) ||
      (row.typeOnly && KNOWN_TYPES.some((known) => within(row.from, known.from) && row.to === known.to));
    expect(offending(from(adapter), allowed)).toEqual([]);
  });

  it('the client: the domain, itself and Temporal’s client side', () => {
    const allowed = (row: Import): boolean =>
      within(row.to, 'src/client', 'src/domain', 'src/ports') || isBuiltin(row) || isVendor(row);
    expect(offending(from('src/client'), allowed)).toEqual([]);
  });

  it('the worker knows the workflows by path, never their code', () => {
    expect(
      from('src')
        .filter((row) => within(row.to, 'workflows'))
        .map(told),
    ).toEqual([]);
  });

  it('nobody imports tests, benchmarks or scripts', () => {
    const elsewhere = [...imports, ...sourceFiles('scripts', 'bench').flatMap(importsOf)];
    expect(elsewhere.filter((row) => within(row.to, 'test')).map(told)).toEqual([]);
    expect(imports.filter((row) => within(row.to, 'bench', 'scripts')).map(told)).toEqual([]);
  });
});

describe('what stays in one place', () => {
  const using = (pattern: RegExp, except: readonly string[]): string[] =>
    files
      .filter(({ path, text }) => !within(path, ...except) && pattern.test(withoutComments(text)))
      .map(({ path }) => path);

  it('the environment is read in src/config; the process’s entry hands it on', () => {
    expect(using(/process\.env\b/, ['src/config', 'src/cli/main.ts', ...RULES, ...GUESTS])).toEqual([]);
  });

  it('printing happens in the command line, and in programs of their own', () => {
    const programs = files.map(({ path }) => path).filter((path) => path.endsWith('-main.ts'));
    expect(using(/\bconsole\./, ['src/cli', ...programs, ...RULES])).toEqual([]);
  });
});

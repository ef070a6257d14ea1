// Needs git, npm and the built command line; the sandbox where there is one. Runs the commands whole, on repositories of its own; no server.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { parseConfiguration } from '../../src/domain/target/configuration';
import { GateResult } from '../../src/domain/quality-gate/gate-result';
import { NOTES_REF, ReceiptNote } from '../../src/domain/quality-gate/receipt-note';
import { git, makeRepository, put } from '../git/fixture';

let folder: string;
let repository: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gate-cli-'));
  repository = join(folder, 'shop');
  makeRepository(repository, {
    'package.json': JSON.stringify({ name: 'shop', scripts: { test: 'node --test', lint: 'node lint.js' } }),
    'lint.js': "process.exitCode = require('fs').readFileSync('a.js', 'utf8').includes('var ') ? 1 : 0;\n",
    'a.js': 'exports.a = 1;\n',
    'test/a.test.js': "require('node:test')('adds', () => {});\n",
  });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const PROGRAM = join(packageRoot(), 'bin', 'backend-coordinator.js');

function run(...argv: string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'], COORDINATOR_HOME: join(folder, 'home'), HOME: folder };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PROGRAM, ...argv],
      { cwd: folder, env, timeout: 60_000 },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
  });
}

/** The hash that a refusal for want of trust prints. */
async function trusted(...argv: string[]): Promise<Ended> {
  const refused = await run(...argv);
  const hash = /add --trust ([0-9a-f]{64})/.exec(refused.err)?.[1];
  expect(refused.code).toBe(2);
  return run(...argv, '--trust', hash ?? '', '--allow-unsandboxed');
}

const gate = (...more: string[]): Promise<Ended> => trusted('gate', 'shop', '--items', '8', ...more);
const result = ({ out }: Ended): GateResult => GateResult.parse(JSON.parse(out));

function commit(files: Record<string, string>, message = 'Change'): string {
  put(repository, files);
  git(repository, 'add', '-A');
  git(repository, 'commit', '--quiet', '-m', message);
  return git(repository, 'rev-parse', 'HEAD');
}

test('a clean commit is green, without a base, and its checkout is not touched', async () => {
  writeFileSync(join(repository, 'a.js'), 'var broken;\n');
  const ended = await gate('--json');
  expect(ended.code).toBe(0);
  expect(ended.err).toContain('changes that no commit holds');
  const { base, items, preconditions, config, tree, metrics } = result(ended);
  expect({ base, config }).toEqual({ base: null, config: null });
  expect(tree).toBe(git(repository, 'rev-parse', 'HEAD^{tree}'));
  expect(items).toMatchObject([
    { item: 8, section: 'code-quality', slug: 'style-guide', verdict: 'pass', new: false },
  ]);
  expect(preconditions.map(({ subject, verdict }) => [subject, verdict])).toEqual([
    ['build', 'not-applicable'],
    ['tests', 'pass'],
  ]);
  expect(Object.keys(metrics)).toHaveLength(8);
  expect(readFileSync(join(repository, 'a.js'), 'utf8')).toBe('var broken;\n');
  expect(git(repository, 'status', '--porcelain')).toBe(' M a.js');
});

test('a branch is compared with where it left the default branch: what is new is red, with its evidence', async () => {
  const base = git(repository, 'rev-parse', 'HEAD');
  git(repository, 'switch', '--quiet', '-c', 'feature');
  commit({ 'a.js': 'var a = 1;\n' });
  const json = await gate('--json', '--report', 'out');
  expect(json.code).toBe(3);
  expect(result(json)).toMatchObject({ base, items: [{ verdict: 'fail', new: true }] });
  expect(GateResult.parse(JSON.parse(readFileSync(join(folder, 'out/gate.json'), 'utf8')))).toEqual(
    result(json),
  );
  const text = await run('gate', 'shop', '--items', 'style-guide', '--allow-unsandboxed');
  expect(text.code).toBe(3);
  expect(text.out).toMatch(/ 8 {2}style-guide +fail +new {2}lint/);
  expect(text.out).toContain('$ npm run lint');
  expect(readFileSync(join(folder, 'out/gate.md'), 'utf8')).toContain('style-guide');
  const page = readFileSync(join(folder, 'out/gate.html'), 'utf8');
  expect(page).toContain(`Red: gate of ${git(repository, 'rev-parse', 'HEAD').slice(0, 12)}`);
  expect(page).toContain('lint: npm run lint (exit code 1)');
});

test('what fails on the base too is debt and not red', async () => {
  commit({ 'a.js': 'var a = 1;\n' });
  const base = git(repository, 'rev-parse', 'HEAD');
  const head = commit({ 'b.js': '\n' });
  const ended = await gate('--json', '--ref', head, '--base', base);
  expect(ended.code).toBe(0);
  expect(result(ended).items).toMatchObject([{ verdict: 'fail', new: false }]);
});

test('commands and waivers are those of the base, not of the branch', async () => {
  git(repository, 'switch', '--quiet', '-c', 'feature');
  const waiver = { item: '8', reason: 'I say so', by: 'branch' };
  commit({
    'a.js': 'var a = 1;\n',
    'coordinator.config.json': JSON.stringify({
      version: 1,
      services: [{ name: 'shop', lint: ['true'] }],
      gate: { waivers: [waiver] },
    }),
  });
  expect((await gate('--json')).code).toBe(3);
});

test('a configuration that is given counts, by its hash, and an expired waiver does not', async () => {
  commit({ 'a.js': 'var a = 1;\n' });
  const configure = (expires: string): void => {
    const waivers = [{ item: 'style-guide', reason: 'old code', by: 'ann', expires }];
    put(folder, {
      'given.json': JSON.stringify({ version: 1, services: [{ name: 'shop' }], gate: { waivers } }),
    });
  };
  configure('2999-01-01');
  const waived = await gate('--config', 'given.json', '--json');
  expect(waived.code).toBe(0);
  expect(result(waived).items[0]?.verdict).toBe('waived');
  expect(result(waived).config).toMatch(/^[0-9a-f]{64}$/);
  configure('2020-01-01');
  const expired = await gate('--config', 'given.json', '--json');
  expect(expired.code).toBe(3);
  expect(expired.out).toContain('expired on 2020-01-01');
});

test.each([
  [['gate', 'shop', '--items', 'nix'], /--items: there is no item "nix"/],
  [['gate', 'shop', '--scope', 'all'], /--scope: is task or objective/],
  [['gate', 'elsewhere'], /There is nothing at/],
  [['gate', 'shop', '--ref', 'nix'], /There is no commit named "nix"/],
  [['gate', 'shop', '--base', 'nix'], /There is no commit named "nix"/],
  [['gate', 'shop', '--config', 'nix.json'], /cannot be read/],
  [['verify-receipts', 'shop', 'HEAD'], /There are no receipts on/],
])('%j ends with 2 and one sentence', async (argv, message) => {
  const ended = await run(...argv);
  expect(ended.code).toBe(2);
  expect(ended.err.trim()).toMatch(message);
});

describe('receipts in git', () => {
  const noteText = (of = 'HEAD'): string => git(repository, 'notes', `--ref=${NOTES_REF}`, 'show', of);
  const writeNote = (note: object, of = 'HEAD'): void => {
    writeFileSync(join(folder, 'note'), JSON.stringify(note));
    git(repository, 'notes', `--ref=${NOTES_REF}`, 'add', '-f', '-F', join(folder, 'note'), of);
  };
  const verify = (of = 'HEAD'): Promise<Ended> => trusted('verify-receipts', 'shop', of, '--json');

  test('are kept on the commit, hold when run again from the notes alone, and are told apart when they do not', async () => {
    const kept = await gate('--write-notes');
    expect(kept.err).toContain(`Receipts are in ${NOTES_REF}`);
    const note = ReceiptNote.parse(JSON.parse(noteText()));
    expect(note.receipts.map(({ subject }) => subject)).toEqual(['build', 'tests', 'style-guide']);

    const holds = await verify();
    expect(holds.code).toBe(0);
    expect(JSON.parse(holds.out)).toMatchObject({
      receipts: note.receipts.map(({ subject }) => ({ subject, verification: 'holds' })),
    });

    const forged = note.receipts.map((receipt) =>
      receipt.subject === 'style-guide' ? { ...receipt, verdict: 'fail', isNew: false } : receipt,
    );
    writeNote({ ...note, receipts: forged });
    const differs = await run('verify-receipts', 'shop', 'HEAD', '--allow-unsandboxed');
    expect(differs.code).toBe(3);
    expect(differs.out).toMatch(/^differs +style-guide .*was fail, is pass/m);

    // The notes of one commit on another one speak of another tree.
    commit({ 'b.js': '\n' });
    writeNote(note);
    const stale = await run('verify-receipts', 'shop', 'HEAD', '--allow-unsandboxed');
    expect(stale.code).toBe(3);
    expect(stale.out).toContain('3 stale');
  });

  test('what a reviewer said is not repeated', async () => {
    await gate('--write-notes');
    const note = ReceiptNote.parse(JSON.parse(noteText()));
    const reviewer = { kind: 'reviewer', name: 'backend-architect', model: 'm', offline: false } as const;
    writeNote({ ...note, receipts: note.receipts.map((receipt) => ({ ...receipt, checker: reviewer })) });
    const ended = await verify();
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('not-repeatable');
  });

  test('a later look at fewer items adds to what is there', async () => {
    await gate('--write-notes');
    await run('gate', 'shop', '--items', '1', '--write-notes', '--allow-unsandboxed');
    const subjects = ReceiptNote.parse(JSON.parse(noteText())).receipts.map(({ subject }) => subject);
    expect(subjects).toContain('style-guide');
  });

  test('a note of somebody else is no receipt', async () => {
    writeNote({ hello: 'world' });
    expect((await run('verify-receipts', 'shop', 'HEAD')).err).toContain('There are no receipts');
  });
});

describe('survey --write', () => {
  test('drafts the configuration and replaces none unasked', async () => {
    const drafted = await run('survey', 'shop', '--write');
    expect(drafted.code).toBe(0);
    const file = join(repository, 'coordinator.config.json');
    expect(parseConfiguration(readFileSync(file, 'utf8')).services[0]).toMatchObject({
      name: 'shop',
      test: { cmd: ['npm', 'test'] },
    });
    writeFileSync(file, 'mine');
    expect(await run('survey', 'shop', '--write')).toMatchObject({ code: 2 });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(await run('survey', 'shop', '--write', '--force')).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).not.toBe('mine');
  });
});

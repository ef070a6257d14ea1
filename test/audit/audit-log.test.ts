// Needs no server; writes to a temporary folder, also from processes of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditLog } from '../../src/audit/audit-log';
import { createAuditReader } from '../../src/audit/audit-reader';
import { GENESIS } from '../../src/domain/escalation/audit';
import { packageRoot } from '../../src/config/package-root';
import { auditEntry } from './entries';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'audit-')), 'audit');
  file = join(folder, 'log.jsonl');
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

const log = (): ReturnType<typeof createAuditLog> => createAuditLog({ folder });
const verify = (known: string | null = null) => createAuditReader({ folder }).verify(known);
const linesOf = async (): Promise<string[]> => (await readFile(file, 'utf8')).split('\n').slice(0, -1);
const rewrite = (lines: readonly string[]): Promise<void> => writeFile(file, `${lines.join('\n')}\n`);

async function written(count: number): Promise<string[]> {
  const audit = log();
  for (let at = 1; at <= count; at += 1) await audit.append([auditEntry(`entry-${at}`)]);
  return linesOf();
}

describe('the audit log', () => {
  it('writes each decision with the hash of the line before it, for its owner’s eyes only', async () => {
    const lines = (await written(3)).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => [line['seq'], line['id']])).toEqual([
      [1, 'entry-1'],
      [2, 'entry-2'],
      [3, 'entry-3'],
    ]);
    expect(lines.map((line) => line['prev'])).toEqual([GENESIS, lines[0]?.['hash'], lines[1]?.['hash']]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await log().head()).toEqual({ seq: 3, hash: lines[2]?.['hash'] });
    expect(await verify()).toMatchObject({ lines: 3, problem: null, notes: [], head: { seq: 3 } });
  });

  it('writes a decision once, however often it is told, and by whichever process', async () => {
    const audit = log();
    await audit.append([auditEntry('one'), auditEntry('one')]);
    await audit.append([auditEntry('one'), auditEntry('two')]);
    await log().append([auditEntry('two'), auditEntry('one')]);
    expect((await createAuditReader({ folder }).lines()).map((line) => line.seq)).toEqual([1, 2]);
  });

  it('keeps no secret of a text', async () => {
    const secret = `sk-ant-${'x1'.repeat(12)}`;
    await log().append([
      auditEntry('one', { decision: { escalationId: 'x', decision: 'retry', guidance: `use ${secret}` } }),
    ]);
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(secret);
    expect(text).toContain('[redacted:anthropic-key]');
    expect((await verify()).problem).toBeNull();
  });

  it('is empty and holds where nothing was decided', async () => {
    expect(await verify()).toMatchObject({ lines: 0, problem: null, head: { seq: 0, hash: GENESIS } });
    expect(await log().head()).toBeNull();
  });

  it('takes turns within a process', async () => {
    const [a, b] = [log(), log()];
    const ids = Array.from({ length: 20 }, (_, at) => `entry-${at}`);
    await Promise.all(ids.map((id, at) => (at % 2 === 0 ? a : b).append([auditEntry(id)])));
    expect(await verify()).toMatchObject({ lines: 20, problem: null });
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('takes turns between processes', async () => {
    const script = `
      const { createAuditLog } = require(process.argv[1]);
      const entry = JSON.parse(process.argv[3]);
      (async () => {
        const audit = createAuditLog({ folder: process.argv[2] });
        for (let at = 0; at < 15; ) {
          try {
            await audit.append([{ ...entry, id: process.argv[4] + at }]);
            at += 1;
          } catch (error) {
            // Where the disk is slow, the others may have held the lock for longer than one waits.
            if (!error.message.includes('held by another process')) throw error;
          }
        }
      })();`;
    const code = join(packageRoot(), 'dist', 'src', 'audit', 'audit-log.js');
    const writers = ['a', 'b', 'c'].map((name) =>
      spawn(process.execPath, ['-e', script, code, folder, JSON.stringify(auditEntry('x')), name], {
        stdio: 'inherit',
      }),
    );
    const codes = await Promise.all(
      writers.map(async (writer) => (await once(writer, 'exit'))[0] as unknown),
    );
    expect(codes).toEqual([0, 0, 0]);
    expect(await verify()).toMatchObject({ lines: 45, problem: null, notes: [] });
  });

  it('goes on after a holder of the lock that died, and waits for one that lives', async () => {
    await written(1);
    const [lock = ''] = (await readdir(folder)).filter((name) => name.startsWith('lock.'));
    const holder = { startedAt: '1', host: hostname(), released: false };
    await writeFile(join(folder, lock), JSON.stringify({ ...holder, pid: 2 ** 22 - 1 }));
    await log().append([auditEntry('two')]);
    expect(await verify()).toMatchObject({ lines: 2, problem: null });

    const [newest = ''] = (await readdir(folder)).filter((name) => name.startsWith('lock.'));
    await writeFile(join(folder, newest), JSON.stringify({ ...holder, host: 'elsewhere', pid: 1 }));
    await expect(log().append([auditEntry('three')])).rejects.toThrow('held by another process');
    expect(await verify()).toMatchObject({ lines: 2, problem: null });
  });
});

describe('a crash', () => {
  it('that left half a line harms nothing: it is cut off with the next decision, and the log says so', async () => {
    await written(2);
    await appendFile(file, '{"at":"2026-11-23T13:00');
    expect(await verify()).toMatchObject({
      lines: 2,
      problem: null,
      notes: [/half a line/].map((text) => expect.stringMatching(text) as unknown),
    });
    await log().append([auditEntry('entry-3')]);
    const lines = await createAuditReader({ folder }).lines();
    expect(lines.map((line) => line.kind)).toEqual(['decision', 'decision', 'cut', 'decision']);
    expect(lines[2]).toMatchObject({ bytes: 23 });
    expect(await verify()).toMatchObject({ lines: 4, problem: null, notes: [] });
  });

  it('between a line and its note is told and harms nothing', async () => {
    await written(1);
    const head = await readFile(join(folder, 'head.json'), 'utf8');
    await log().append([auditEntry('entry-2')]);
    await writeFile(join(folder, 'head.json'), head);
    expect(await verify()).toMatchObject({
      problem: null,
      notes: [expect.stringContaining('not in head.json')],
    });
    // Told again, for whoever told it was told that it failed: it is there, and the note is made up for.
    await log().append([auditEntry('entry-2')]);
    expect(await verify()).toMatchObject({ lines: 2, problem: null, notes: [] });
  });
});

describe('verifying finds the first line that does not hold', () => {
  it.each([
    [
      'a word was changed',
      (lines: string[]) => lines.map((line, at) => (at === 1 ? line.replace('ada@cli', 'eve@cli') : line)),
      2,
      'was changed',
    ],
    [
      'a line was removed',
      (lines: string[]) => lines.filter((_, at) => at !== 1),
      2,
      'has the number 3 where 2 belongs',
    ],
    [
      'two lines changed places',
      ([a, b, c, d]: string[]) => [a!, c!, b!, d!],
      2,
      'has the number 3 where 2 belongs',
    ],
    [
      'a line was added',
      ([a, ...rest]: string[]) => [a!, a!, ...rest],
      2,
      'has the number 1 where 2 belongs',
    ],
    ['the end was cut off', (lines: string[]) => lines.slice(0, 2), 3, 'the end was cut off'],
    ['everything is gone', () => [], 1, 'the end was cut off'],
    [
      'something else stands there',
      ([a, ...rest]: string[]) => [a!, 'hello', ...rest.slice(1)],
      2,
      'is no line of this log',
    ],
  ] as const)('%s', async (_, change, line, why) => {
    const lines = await written(4);
    const changed = change(lines);
    if (changed.length === 0) await truncate(file, 0);
    else await rewrite(changed);
    expect((await verify()).problem).toEqual({ line, why: expect.stringContaining(why) as unknown });
  });

  it('the end was cut off, in the middle of a line', async () => {
    await written(3);
    await truncate(file, (await stat(file)).size - 10);
    expect((await verify()).problem).toMatchObject({
      line: 3,
      why: expect.stringContaining('cut off') as unknown,
    });
  });

  it('a line was made again with a right hash, but not the ones after it', async () => {
    const lines = await written(3);
    await rm(folder, { recursive: true });
    await log().append([auditEntry('entry-1'), auditEntry('entry-2', { at: '2026-11-23T14:00:00.000Z' })]);
    const forged = (await linesOf())[1]!;
    await rewrite([lines[0]!, forged, lines[2]!]);
    expect((await verify()).problem).toEqual({ line: 3, why: 'does not follow the line before it' });
  });

  it('the whole log was made anew: a hash that somebody noted is not in it', async () => {
    await written(2);
    const noted = (await log().head())!.hash;
    expect((await verify(noted)).problem).toBeNull();
    expect((await verify(noted.slice(0, 12))).problem).toBeNull();
    await rm(folder, { recursive: true });
    await log().append([auditEntry('other'), auditEntry('another')]);
    expect((await verify()).problem).toBeNull();
    expect((await verify(noted)).problem).toMatchObject({
      line: 3,
      why: expect.stringContaining('no line has the hash') as unknown,
    });
  });

  it('what was noted beside it is gone', async () => {
    await written(2);
    await rm(join(folder, 'head.json'));
    expect((await verify()).problem).toMatchObject({ why: expect.stringContaining('head.json') as unknown });
  });

  it.each([
    ['the end was cut off', async (lines: string[]) => rewrite(lines.slice(0, 2)), 3],
    ['everything is gone', () => rm(file), 1],
    ['what was noted beside it is gone', () => rm(join(folder, 'head.json')), 4],
  ])('%s, and decisions followed: they hide nothing', async (_, change, line) => {
    const audit = log();
    for (const id of ['entry-1', 'entry-2', 'entry-3']) await audit.append([auditEntry(id)]);
    await change(await linesOf());
    // By the very writer, which remembers what it wrote, and by another.
    await audit.append([auditEntry('entry-4')]);
    await log().append([auditEntry('entry-5')]);
    expect((await verify()).problem).toEqual({
      line,
      why: 'tells that the lines before it were not those that had been written when it was added',
    });
    const kinds = (await createAuditReader({ folder }).lines()).slice(line - 1).map(({ kind }) => kind);
    expect(kinds).toEqual(['break', 'decision', 'decision']);
  });

  it('a broken log still takes new decisions, and stays broken where it was', async () => {
    await rewriteLast('hello');
    await log().append([auditEntry('entry-3')]);
    expect((await verify()).problem).toMatchObject({ line: 2, why: 'is no line of this log' });
    expect((await createAuditReader({ folder }).lines()).map((line) => line.seq)).toEqual([1, 3, 4]);
  });
});

async function rewriteLast(text: string): Promise<void> {
  const lines = await written(2);
  await rewrite([lines[0]!, text]);
}

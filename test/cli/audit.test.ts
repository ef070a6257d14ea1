// Needs no server; writes a log to a temporary home.
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditLog } from '../../src/audit/audit-log';
import { createAuditReader } from '../../src/audit/audit-reader';
import { chained } from '../../src/audit/chain';
import { byName } from '../../src/config/call-form';
import { audit } from '../../src/cli/commands/audit';
import type { CommandContext } from '../../src/cli/command';
import { findPrecedents, openPrecedents } from '../../src/cli/find-precedents';
import { describeEscalation } from '../../src/cli/live/questions';
import { auditEntry, QUESTION } from '../audit/entries';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'audit-command-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const services = (): CommandContext['services'] =>
  ({
    audit: () => Promise.resolve(createAuditReader({ folder: join(home, 'audit') })),
  }) as unknown as CommandContext['services'];

async function run(
  args: readonly string[],
  flags: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly exitCode: number; readonly said: string; readonly emitted: unknown }> {
  const said: string[] = [];
  const emitted: unknown[] = [];
  const terminal = {
    say: (line: string) => said.push(line),
    warn: (line: string) => said.push(line),
    emit: (value: unknown) => emitted.push(value),
  };
  const context = { terminal, services: services(), call: byName } as unknown as CommandContext;
  const exitCode = await audit.run(context, args, flags);
  return { exitCode, said: said.join('\n'), emitted: emitted[0] };
}

const write = (...ids: string[]): Promise<void> =>
  createAuditLog({ folder: join(home, 'audit') }).append(ids.map((id) => auditEntry(id)));

describe('audit', () => {
  it('lists who decided what, oldest first', async () => {
    await write('one', 'two');
    await createAuditLog({ folder: join(home, 'audit') }).append([
      auditEntry('three', {
        objective: 'objective-other-00000000/deployment',
        who: { by: 'nobody decided within 4 h', person: null, via: null, channel: 'timer' },
      }),
    ]);
    const all = await run([]);
    expect(all.said.split('\n')).toHaveLength(3);
    expect(all.said).toContain('resolveEscalation by ada at cli (update)');
    const one = await run(['list'], { objective: 'objective-other-00000000' });
    expect(one.said).toMatch(/^3 .*nobody decided within 4 h \(timer\)/);
    expect(one.emitted).toMatchObject({ lines: [{ seq: 3, id: 'three' }] });
  });

  it('says so where nothing was decided', async () => {
    expect(await run([])).toMatchObject({ exitCode: 0, said: 'Nothing was decided yet.' });
    expect(await run(['verify'])).toMatchObject({ exitCode: 0 });
  });

  it('says how many lines a newer version wrote that this one cannot read', async () => {
    await write('one');
    const file = join(home, 'audit', 'log.jsonl');
    const [first = ''] = (await readFile(file, 'utf8')).split('\n');
    const { hash } = JSON.parse(first) as { hash: string };
    await appendFile(file, chained({ kind: 'pardon', at: '2027-01-01T00:00:00Z' }, { seq: 1, hash }).text);
    const { said, emitted } = await run([]);
    expect(said.split('\n')[0]).toBe(
      '1 of 2 lines cannot be read by this version; backend-coordinator audit verify says whether they hold.',
    );
    expect(emitted).toMatchObject({ lines: [{ id: 'one' }], unread: 1 });
    expect((await run(['verify'])).said).toContain('2 lines hold');
  });

  it('verifies with 0 and the newest hash, and with 3 and the first line that does not hold', async () => {
    await write('one', 'two', 'three');
    const file = join(home, 'audit', 'log.jsonl');
    const text = await readFile(file, 'utf8');
    const { hash } = JSON.parse(text.trim().split('\n').at(-1) ?? '') as { hash: string };
    const right = await run(['verify'], { head: hash.slice(0, 12) });
    expect(right).toMatchObject({ exitCode: 0, said: `3 lines hold; the newest has the hash ${hash}` });
    expect(right.emitted).toMatchObject({ holds: true, head: { seq: 3, hash } });
    await writeFile(file, text.replace('"id":"two"', '"id":"zwei"'));
    const wrong = await run(['verify']);
    expect(wrong).toMatchObject({ exitCode: 3 });
    expect(wrong.said).toBe('Line 2 of the audit log does not hold: it was changed: its hash is another.');
    expect(wrong.emitted).toMatchObject({ holds: false, problem: { line: 2 } });
  });

  it('refuses what it does not know', async () => {
    await expect(run(['forget'])).rejects.toThrow('can be verified or listed');
    await expect(run(['verify'], { head: 'xyz' })).rejects.toThrow('--head');
  });
});

describe('precedents', () => {
  it('stand beside an open question of the same trigger', async () => {
    await write('one');
    const precedents = await findPrecedents(services(), {
      trigger: 'security-concern',
      repository: '/srv/shop',
    });
    const text = describeEscalation('objective-new-00000000', QUESTION, undefined, precedents);
    expect(text).toContain(
      'before: 2026-11-23 retry (mend) by ada at objective-add-users-0a1b2c3d backend-T001-E1',
    );
    const none = await findPrecedents(services(), { trigger: 'gate-red', repository: '/srv/shop' });
    expect(none).toEqual([]);
  });

  it('of many questions are read from the log once', async () => {
    await write('one');
    let read = 0;
    const reader = createAuditReader({ folder: join(home, 'audit') });
    const lines = (): ReturnType<typeof reader.lines> => {
      read += 1;
      return reader.lines();
    };
    const find = openPrecedents({ audit: () => Promise.resolve({ ...reader, lines }) });
    const about = { trigger: 'security-concern', repository: '/srv/shop' } as const;
    const found = await Promise.all([find(about), find(about), find({ ...about, trigger: 'gate-red' })]);
    expect(found.map((precedents) => precedents.length)).toEqual([1, 1, 0]);
    expect(read).toBe(1);
  });
});

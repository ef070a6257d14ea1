// Needs no server; makes keys in a temporary folder.
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProofs } from '../../src/audit/proofs';
import { decisionKeyPath, readDecisionKey } from '../../src/config/decision-key';
import { readEnvironment } from '../../src/config/environment';
import type { Statement } from '../../src/domain/escalation/decision-proof';

const STATEMENT: Statement = {
  workflowId: 'objective-add-users-0a1b2c3d',
  name: 'resolveEscalation',
  payload: { escalationId: 'backend-T001-E1', decision: 'skip', by: 'ada@cli' },
  speaker: { person: 'ada', channel: 'cli' },
  at: '2026-11-23T12:00:00.000Z',
};
const proofs = createProofs({ key: () => Promise.resolve('k'.repeat(32)) });

describe('a proof', () => {
  it('holds for the message it was made for, however its keys are ordered', async () => {
    const mac = await proofs.sign(STATEMENT);
    const payload = { by: 'ada@cli', decision: 'skip', escalationId: 'backend-T001-E1', option: undefined };
    expect(await proofs.holds({ ...STATEMENT, payload }, mac)).toBe(true);
  });

  it.each([
    ['another person', { speaker: { person: 'eve', channel: 'cli' } }],
    ['another channel', { speaker: { person: 'ada', channel: 'inbox' } }],
    ['another escalation', { payload: { escalationId: 'backend-T002-E1', decision: 'skip', by: 'ada@cli' } }],
    ['another decision', { payload: { escalationId: 'backend-T001-E1', decision: 'abort', by: 'ada@cli' } }],
    ['another objective', { workflowId: 'objective-add-users-ffffffff' }],
    ['another message', { name: 'reviewPlan' }],
    ['another instant', { at: '2026-11-23T12:00:01.000Z' }],
  ] satisfies [string, Partial<Statement>][])('does not hold for %s', async (_, change) => {
    expect(await proofs.holds({ ...STATEMENT, ...change }, await proofs.sign(STATEMENT))).toBe(false);
  });

  it.each(['', 'ab', '0'.repeat(64), 'zz'.repeat(32)])('is not the mac "%s"', async (mac) => {
    expect(await proofs.holds(STATEMENT, mac)).toBe(false);
  });

  it('of another key does not hold', async () => {
    const other = createProofs({ key: () => Promise.resolve('l'.repeat(32)) });
    expect(await proofs.holds(STATEMENT, await other.sign(STATEMENT))).toBe(false);
  });

  it('asks for a key again that could not be had', async () => {
    let asked = 0;
    const late = createProofs({
      key: () => {
        asked += 1;
        return asked === 1 ? Promise.reject(new Error('no disk')) : Promise.resolve('k'.repeat(32));
      },
    });
    await expect(late.sign(STATEMENT)).rejects.toThrow('no disk');
    expect(await late.sign(STATEMENT)).toBe(await proofs.sign(STATEMENT));
  });
});

describe('the key of an installation', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'key-'));
  });
  afterEach(async () => {
    await rm(home, { recursive: true, force: true });
  });
  const none = { decisionKey: undefined };

  it('is made once, whoever asks first, and is its owner’s alone', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => readDecisionKey(none, { home })));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(decisionKeyPath({ home }))).mode & 0o777).toBe(0o600);
    expect(await readdir(home)).toEqual(['decision-key']);
    expect(await readDecisionKey(none, { home })).toBe(keys[0]);
  });

  it('is made in a home that does not exist yet', async () => {
    expect(await readDecisionKey(none, { home: join(home, 'new', 'home') })).toMatch(/^[0-9a-f]{64}$/);
  });

  it('comes from COORDINATOR_DECISION_KEY where that is set, and is no business of any tool', async () => {
    const environment = readEnvironment({ COORDINATOR_DECISION_KEY: 'p'.repeat(32), USER: 'ann' });
    expect(await readDecisionKey(environment, { home })).toBe('p'.repeat(32));
    expect(await readdir(home)).toEqual([]);
    expect(environment.inherited).toEqual({ USER: 'ann' });
  });

  it('is refused where it is short, without being told', () => {
    const read = (): unknown => readEnvironment({ COORDINATOR_DECISION_KEY: 'hunter2' });
    expect(read).toThrow('COORDINATOR_DECISION_KEY cannot be used: use at least 32 characters');
  });

  it('is refused where others can read it, or it is none', async () => {
    await readDecisionKey(none, { home });
    await chmod(decisionKeyPath({ home }), 0o644);
    await expect(readDecisionKey(none, { home })).rejects.toThrow('chmod 600');
    await chmod(decisionKeyPath({ home }), 0o600);
    await writeFile(decisionKeyPath({ home }), 'not a key');
    await expect(readDecisionKey(none, { home })).rejects.toThrow(
      'copy it from where decisions are made, or remove it',
    );
    expect(await readFile(decisionKeyPath({ home }), 'utf8')).toBe('not a key');
  });

  it('is asked for in words where something else stands in its place', async () => {
    await mkdir(decisionKeyPath({ home }), { mode: 0o700 });
    await expect(readDecisionKey(none, { home })).rejects.toThrow('is no file');
  });
});

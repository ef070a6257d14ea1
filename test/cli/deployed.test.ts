// Needs no server: commands over the real client and a scripted gateway.
import { deployed } from '../../src/cli/commands/deployed';
import { escalations } from '../../src/cli/commands/escalations';
import { resolve } from '../../src/cli/commands/resolve';
import { status } from '../../src/cli/commands/status';
import type { Command } from '../../src/cli/command';
import type { WatchStatus } from '../../src/domain/deployment/watch-status';
import { execution } from '../client/fake-gateway';
import { escalation, ID } from './fixtures';
import { runCommand, type Script } from './run-command';

const WATCH = `${ID}/deployment`;
const COMMIT = 'c'.repeat(40);
const memo = { objective: ID, repository: '/srv/shop', branch: `coordinator/${ID}`, commit: COMMIT };

const question = escalation({ id: 'deployment-E1', trigger: 'deployment-breach' });
const watching: WatchStatus = {
  objectiveId: ID,
  state: 'awaiting-human',
  outcome: null,
  repository: '/srv/shop',
  branch: memo.branch,
  commit: COMMIT,
  deployment: { environment: 'production', commit: COMMIT, deployedAt: '2030-01-01T00:00:00Z', by: 'ada' },
  watchedFrom: '2030-01-01T00:00:00.000Z',
  watchedUntil: '2030-01-02T00:00:00.000Z',
  rounds: 12,
  checks: [
    {
      name: 'errors',
      asked: 12,
      breaches: 1,
      unanswered: 0,
      breachesInRow: 1,
      unansweredInRow: 0,
      worst: 9,
      last: { name: 'errors', value: 9, verdict: 'breach', text: '9, wanted at most 5' },
      accepted: false,
    },
  ],
  escalations: [question],
  decisions: [],
  startedAt: '2030-01-01T00:00:00.000Z',
  now: '2030-01-01T01:00:00.000Z',
  events: [],
  ignored: [{ at: '2030-01-01T00:00:30.000Z', name: 'reportDeployment', reason: 'commit: bad\u001b[31m' }],
};

const run = (
  command: Command,
  args: readonly string[],
  flags: Record<string, unknown>,
  script: Script,
  json = false,
): ReturnType<typeof runCommand> => runCommand(command, args, flags, script, { json });

const known: Script = { executions: [execution(WATCH, { memo })] };

describe('deployed', () => {
  test.each([ID, WATCH])(
    '%s with an environment reports the delivered commit, now, by whoever types',
    async (id) => {
      const before = Date.now();
      const { code, gateway, out } = await run(deployed, [id], { environment: 'production' }, known);
      expect(code).toBe(0);
      expect(out).toContain('recorded, not yet applied');
      const [sent] = gateway.signals;
      expect(sent).toMatchObject({
        objectiveId: WATCH,
        name: 'reportDeployment',
        payload: { environment: 'production', commit: COMMIT, by: 'ann@cli' },
      });
      const { deployedAt } = sent?.payload as { deployedAt: string };
      expect(Date.parse(deployedAt)).toBeGreaterThanOrEqual(before - 1000);
    },
  );

  test('takes commit, instant and name from its flags', async () => {
    const flags = { environment: 'staging', commit: 'abcdef1', at: '2026-11-23T12:00:00+01:00', by: 'ada' };
    const { gateway } = await run(deployed, [ID], flags, known);
    expect(gateway.signals[0]?.payload).toEqual({
      environment: 'staging',
      commit: 'abcdef1',
      deployedAt: '2026-11-23T12:00:00+01:00',
      by: 'ada',
    });
  });

  test.each([
    [{ environment: 'x', commit: 'HEAD' }, /--commit: a commit is given in hexadecimal/],
    [{ environment: 'x', at: 'yesterday' }, /--at: /],
    [{ environment: '' }, /--environment: /],
    [{ commit: COMMIT }, /--environment is needed/],
  ])('with %j is refused, exit 2', async (flags, message) => {
    await expect(run(deployed, [ID], flags, known)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      exitCode: 2,
    });
  });

  test.each([
    [{}, [ID]],
    [{ environment: 'production' }, [WATCH]],
  ])('with %j of what is not watched is bad input, exit 2', async (flags, args) => {
    await expect(run(deployed, args, flags, {})).rejects.toMatchObject({
      message: expect.stringMatching(/^There is no watch .*\/deployment; it begins when/),
      exitCode: 2,
    });
  });
});

describe('the state of a watch', () => {
  const live: Script = { ...known, worker: true, query: () => watching };

  test.each([
    [deployed, ID],
    [status, WATCH],
  ] as const)(
    'is shown with its checks, questions and ignored messages, and as JSON',
    async (command, id) => {
      const { out, code } = await run(command, [id], {}, live);
      expect(code).toBe(0);
      expect(out).toMatch(/^objective-add-login-0123abcd\/deployment {2}awaiting-human/);
      expect(out).toContain('9, wanted at most 5; worst 9; beyond its limit 1 and unanswered 0 of 12 times');
      expect(out).toContain(`resolve ${WATCH} deployment-E1`);
      expect(out).toContain('ignored: reportDeployment');
      expect(out).not.toContain('\u001b');
      const json = await run(command, [id], {}, live, true);
      expect(JSON.parse(json.out)).toMatchObject({ live: true, state: 'awaiting-human', rounds: 12 });
    },
  );

  test('without a worker is what the memo knows', async () => {
    const { out } = await run(status, [WATCH], {}, known);
    expect(out).toContain(COMMIT);
    expect(out).toContain('No worker is up');
    const json = await run(status, [WATCH], {}, known, true);
    expect(JSON.parse(json.out)).toMatchObject({ live: false, watchId: WATCH, commit: COMMIT, open: true });
  });
});

test('resolve reaches a watch', async () => {
  const flags = { decision: 'abort', option: 'roll-back' };
  const { gateway } = await run(resolve, [WATCH, 'deployment-E1'], flags, known);
  expect(gateway.signals).toMatchObject([
    { objectiveId: WATCH, name: 'resolveEscalation', payload: { escalationId: 'deployment-E1' } },
  ]);
});

test('escalations shows the question of a watch, by its id and among all', async () => {
  const script: Script = {
    ...known,
    worker: true,
    query: (name) => (name === 'watchStatus' ? watching : [question]),
  };
  const one = await run(escalations, [WATCH], {}, script);
  expect(one.out).toContain(`resolve ${WATCH} deployment-E1`);
  const all = await run(escalations, [], {}, script);
  expect(all.out).toMatch(/deployment-E1 {2}deployment-breach {2}.*\/deployment/);
  const full = await run(escalations, [], { full: true }, script);
  expect(full.out).toContain(`resolve ${WATCH} deployment-E1`);
});

test.each(['nonsense/deployment', `${ID}/deployment/deployment`, `${ID}/other`])(
  '%s is no id',
  async (id) => {
    await expect(run(status, [id], {}, known)).rejects.toMatchObject({
      message: expect.stringMatching(/There is no objective/),
      exitCode: 2,
    });
  },
);

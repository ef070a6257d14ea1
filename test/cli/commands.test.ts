// Needs no server: commands over scripted services.
import { newMessages, describeMessage } from '../../src/cli/transcript-text';
import { formatBytes, parseAge } from '../../src/cli/gc-plan';
import { taskIdArgument } from '../../src/cli/argument';
import { gc } from '../../src/cli/commands/gc';
import { playbooks } from '../../src/cli/commands/playbooks';
import { rewind } from '../../src/cli/commands/rewind';
import { resolve } from '../../src/cli/commands/resolve';
import { describeEnd, outcomeExit } from '../../src/cli/live/outcome';
import { resultLine } from '../../src/cli/live/carry-on';
import type { CommandContext } from '../../src/cli/command';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import { Outcome } from '../../src/domain/department/states';
import type { Services } from '../../src/cli/services';
import { execution } from '../client/fake-gateway';
import { captureTerminal, ID, status } from './fixtures';
import { runCommand } from './run-command';

function contextWithoutServices(): CommandContext {
  return {
    terminal: captureTerminal().terminal,
    environment: readEnvironment({ USER: 'ann' }),
    home: { home: '/nowhere', cache: '/nowhere' },
    services: new Proxy({} as CommandContext['services'], {
      get: () => {
        throw new Error('nothing may be asked before the input is checked');
      },
    }),
    signal: new AbortController().signal,
    cwd: '/',
    call: byName,
  };
}

test.each([
  [{}, /--decision: is needed/],
  [{ decision: 'maybe' }, /--decision: must be one of retry, reassign, accept, skip, abort/],
  [{ decision: 'accept' }, /--guidance: accept needs guidance/],
  [{ decision: 'reassign' }, /--assignee: reassign needs an assignee/],
])('resolve with %j is refused before anything is asked', async (flags, message) => {
  await expect(resolve.run(contextWithoutServices(), [ID, 'backend-T001-E1'], flags)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    exitCode: 2,
  });
});

test.each([
  [[ID], {}, /--to: name the task whose merge to go back to/],
  [[ID], { to: 'login' }, /login is no task id/],
  [['somewhere'], { to: 'T1' }, /There is no objective somewhere/],
])('rewind %j with %j is refused before anything is asked', async (args, flags, message) => {
  await expect(rewind.run(contextWithoutServices(), args, flags)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    exitCode: 2,
  });
});

test('rewind tells where the objective is now, what was kept, and who carries it on', async () => {
  const asked: unknown[] = [];
  const department = {
    rewind: (request: object) => {
      asked.push(request);
      return Promise.resolve({ head: 'a'.repeat(40), abandoned: 'refs/coordinator/abandoned/x/1' });
    },
    hasWorker: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
  const server = {
    kind: 'configured',
    openDepartment: () => Promise.resolve(department),
    release: () => Promise.resolve(),
  };
  const services = {
    useServerWithHistory: () => Promise.resolve(server),
    rewinding: () => Promise.resolve({}),
  } as unknown as CommandContext['services'];
  const people = captureTerminal();
  await rewind.run({ ...contextWithoutServices(), services, terminal: people.terminal }, [ID], { to: 'T3' });
  expect(asked).toMatchObject([{ objectiveId: ID, taskId: 'backend-T003', by: 'ann@cli' }]);
  expect(people.out()).toMatch(/after backend-T003 was merged \(aaaaaaaaaaaa\)/);
  expect(people.out()).toMatch(/kept as refs\/coordinator\/abandoned\/x\/1[^]*attach/);
});

test.each([
  ['delivered', 0],
  ['delivered-with-waivers', 0],
  ['rejected', 3],
  ['red', 3],
  ['aborted', 3],
  ['cancelled', 3],
])('the outcome %s ends with exit code %d', (outcome, code) => {
  expect(outcomeExit(Outcome.parse(outcome))).toBe(code);
});

test('the last JSON line has exactly the documented keys', () => {
  const line = resultLine(ID, null, 4);
  expect(Object.keys(line)).toEqual([
    'type',
    'objective',
    'outcome',
    'exitCode',
    'branch',
    'commit',
    'report',
  ]);
});

test('the end of an objective with a pull request tells its address, as JSON and in words', () => {
  const pullRequest = 'https://github.test/acme/orders/pull/7';
  const end = {
    objectiveId: ID,
    outcome: 'delivered',
    reason: null,
    branch: 'b',
    commit: 'c',
    report: 'r',
  } as const;
  expect(resultLine(ID, { ...end, pullRequest }, 0)).toMatchObject({ outcome: 'delivered', pullRequest });
  // Of a closed objective nothing but its result is read.
  expect(describeEnd({ ...end, pullRequest }, null)).toContain(`pull req.  ${pullRequest}`);
});

test('the end of an offline run says that no Claude was asked', () => {
  const end = {
    objectiveId: ID,
    outcome: 'delivered',
    reason: null,
    branch: 'b',
    commit: 'c',
    report: 'r',
  } as const;
  expect(describeEnd(end, status())).toContain('no Claude was asked');
});

test('the end names the report as text and as the page to open', () => {
  const end = { objectiveId: ID, outcome: 'red', reason: null, branch: 'b', commit: 'c' } as const;
  const rows = describeEnd({ ...end, report: '/home/reports/x.md' }, null);
  expect(rows).toContain('  report     /home/reports/x.md\n  as a page  /home/reports/x.html');
  expect(describeEnd({ ...end, report: null }, null)).not.toContain('page');
});

test('task ids may be short', () => {
  expect(taskIdArgument('T3')).toBe('backend-T003');
  expect(taskIdArgument('12')).toBe('backend-T012');
  expect(() => taskIdArgument('foo')).toThrow(/no task id/);
});

test('logs show only what an attempt added to the conversation', () => {
  const first = { role: 'user', content: 'do it' };
  const second = {
    role: 'assistant',
    content: [{ type: 'tool_use', name: 'write', input: { path: 'a.js' } }],
  };
  expect(newMessages([first], [first, second])).toEqual([second]);
  expect(describeMessage(second)).toContain('> write path=a.js');
});

test('ages and sizes', () => {
  expect(parseAge('2d')).toBe(172_800_000);
  expect(parseAge('soon')).toBeNull();
  expect(formatBytes(12_345_678)).toBe('12.3 MB');
});

test('playbooks tells what an objective needs, the sample and the scenarios', async () => {
  const entry = {
    name: 'auth',
    title: 'Users and OAuth2',
    covers: [['log in', 'login'], ['oauth']],
    sample: 'orders-service',
    scenarios: [
      { name: 'default', title: 'as it comes' },
      { name: 'human', title: 'somebody decides' },
    ],
  };
  const services = { listPlaybooks: () => Promise.resolve([entry]) } as unknown as CommandContext['services'];
  const people = captureTerminal();
  await playbooks.run({ ...contextWithoutServices(), services, terminal: people.terminal }, [], {});
  expect(people.out()).toMatch(/objective {2}log in \| login {2}\+ {2}oauth\n *sample +orders-service\n/);
  expect(people.out()).toContain('human: somebody decides');
  const json = captureTerminal({ json: true });
  await playbooks.run({ ...contextWithoutServices(), services, terminal: json.terminal }, [], {});
  expect(JSON.parse(json.out())).toEqual({ playbooks: [entry] });
});

test('gc keeps what is open, also where it is older than all that a list tells', async () => {
  const newer = Array.from({ length: 600 }, (_, index) =>
    execution(`objective-newer-${String(index).padStart(8, '0')}`, { state: 'completed' }),
  );
  let kept: ReadonlySet<string> = new Set();
  const planGc = ({ open }: { readonly open: ReadonlySet<string> }): Promise<unknown> => {
    kept = open;
    return Promise.resolve({ items: [], objectives: [], notes: [] });
  };
  const services = { planGc } as unknown as Partial<Services>;
  await runCommand(gc, [], {}, { executions: [...newer, execution(ID)] }, { services });
  expect([...kept]).toEqual([ID]);
});

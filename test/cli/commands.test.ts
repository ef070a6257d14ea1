// Needs no server: commands over scripted services.
import { newMessages, describeMessage } from '../../src/cli/transcript-text';
import { formatBytes, parseAge } from '../../src/cli/gc-plan';
import { taskIdArgument } from '../../src/cli/argument';
import { resolve } from '../../src/cli/commands/resolve';
import { describeEnd, outcomeExit } from '../../src/cli/live/outcome';
import { resultLine } from '../../src/cli/live/carry-on';
import { atLeast, parseVersion } from '../../src/domain/engine-version';
import type { CommandContext } from '../../src/cli/command';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import { Outcome } from '../../src/domain/states';
import { captureTerminal, ID, status } from './fixtures';

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

test('versions compare by number', () => {
  expect(atLeast(parseVersion('git version 2.39.5'), [2, 38])).toBe(true);
  expect(atLeast(parseVersion('git version 2.9.5'), [2, 38])).toBe(false);
  expect(atLeast(parseVersion('none'), [1])).toBe(false);
});

// Needs no server: every view over the real client and a scripted gateway that answers with hostile text.
import { COMMANDS } from '../../src/cli/commands';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { execution } from '../client/fake-gateway';
import { escalation, ID, status, task } from './fixtures';
import { runCommand, type Script } from './run-command';

const ESC = '\u001b';
const hostile = `${ESC}[31m${ESC}]0;owned\u0007red\r\n${ESC}[2J`;
const snapshot = status({
  objective: `Add ${hostile}`,
  state: 'awaiting-human',
  plan: { version: 1, ref: 'a'.repeat(64) },
  integrationHead: 'b'.repeat(40),
  tasks: [
    task({
      title: hostile,
      doing: hostile,
      commit: 'c'.repeat(40),
      attempts: [
        {
          number: 1,
          level: 0,
          specialist: 'api-architect',
          outcome: 'handed-off',
          because: hostile,
          summary: hostile,
          transcript: 'd'.repeat(64),
        },
      ],
    }),
    task({ id: 'backend-T002', state: 'pending', dependsOn: ['backend-T001'] }),
  ],
  escalations: [escalation({ question: hostile, evidence: [hostile] })],
  ledger: [{ subject: 'backend-T001', role: 'api-architect', level: 0, usage: NO_USAGE }],
  events: [{ seq: 1, at: '2030-01-01T00:00:01.000Z', taskId: null, text: hostile }],
  ignored: [{ at: '2030-01-01T00:00:01.000Z', name: hostile, reason: hostile }],
});
const open: Script = {
  executions: [execution(ID, { memo: { objective: hostile, repository: hostile, waits: 'nothing' } })],
  worker: true,
  query: () => snapshot,
  update: () => ({ accepted: true, message: hostile }),
};
const transcript = {
  messages: [{ role: 'assistant', content: [{ type: 'text', text: hostile }] }],
};
const plan = { summary: hostile, tasks: [] };
const services = {
  blobs: () =>
    Promise.resolve({
      put: () => Promise.reject(new Error('only read')),
      get: (ref: string) =>
        Promise.resolve(Buffer.from(JSON.stringify(ref === snapshot.plan?.ref ? plan : transcript))),
    }),
  repositories: () => Promise.resolve({ diff: () => Promise.resolve(`+${hostile}`) }),
  listPlaybooks: () =>
    Promise.resolve([
      { name: 'auth', title: 'Users', covers: [['login']], sample: 'orders-service', scenarios: [] },
    ]),
  reportsDir: '/nowhere',
};

const VIEWS: readonly (readonly [string, readonly string[], Readonly<Record<string, unknown>>])[] = [
  ['list', [], {}],
  ['status', [ID], {}],
  ['plan', [ID], {}],
  ['plan', [ID, 'approve'], {}],
  ['contract', [ID], {}],
  ['escalations', [], {}],
  ['escalations', [ID], {}],
  ['escalations', [ID, 'backend-T001-E1'], { full: true }],
  ['resolve', [ID, 'backend-T001-E1'], { decision: 'retry' }],
  ['budget', [ID], {}],
  ['steer', [ID, 'look'], {}],
  ['pause', [ID], {}],
  ['resume', [ID], {}],
  ['cancel', [ID], {}],
  ['logs', [ID], {}],
  ['logs', [ID, 'T1'], {}],
  ['diff', [ID], {}],
  ['diff', [ID, 'T1'], {}],
  ['playbooks', [], {}],
];

const commandNamed = (name: string) => {
  const command = COMMANDS.find((row) => row.name === name);
  if (command === undefined) throw new Error(`There is no command ${name}`);
  return command;
};

describe.each(VIEWS)('%s %j %j', (name, args, flags) => {
  test('is plain lines where no terminal is', async () => {
    const { code, out, err } = await runCommand(commandNamed(name), args, flags, open, { services });
    expect(code).toBe(0);
    expect(out.endsWith('\n')).toBe(true);
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    expect(out + err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  test('on a terminal without colour is free of them, what a model says included', async () => {
    const { out, err } = await runCommand(commandNamed(name), args, flags, open, {
      services,
      screen: { noColor: true },
    });
    expect(out + err).not.toContain(ESC);
  });

  test('as JSON is one object on stdout, text for people on stderr', async () => {
    const { out, code } = await runCommand(commandNamed(name), args, flags, open, { services, json: true });
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toEqual(expect.any(Object));
  });
});

test('on a terminal with colour the tree has some, so that the tests above can fail', async () => {
  const { out } = await runCommand(commandNamed('status'), [ID], {}, open, {
    services,
    screen: { noColor: false },
  });
  expect(out).toContain(`${ESC}[`);
});

test.each(COMMANDS.map((command) => [command.name, command] as const))(
  '%s says in plain words what it is and what each flag does',
  (_name, command) => {
    const texts = [command.summary, ...command.options.map((option) => option.help)];
    for (const text of texts) expect(text).toMatch(/^[^\p{Cc}]+$/u);
  },
);

// Needs nothing.
import { readEnvironment } from '../../src/config/environment';

test('nothing set -> model auto, everything else absent', () => {
  expect(readEnvironment({})).toMatchObject({
    model: undefined,
    coordinatorHome: undefined,
    temporal: { address: undefined },
    noColor: false,
    ci: false,
    dumbTerminal: false,
    path: '',
  });
  expect(readEnvironment({ TERM: 'dumb' }).dumbTerminal).toBe(true);
});

test('an empty variable counts as unset', () => {
  const environment = readEnvironment({ TEMPORAL_ADDRESS: '', COORDINATOR_MODEL: ' ', NO_COLOR: '' });
  expect(environment).toMatchObject({ temporal: { address: undefined }, model: undefined, noColor: false });
});

test.each([
  ['COORDINATOR_MODEL', 'gpt'],
  ['TEMPORAL_ADDRESS', 'http://localhost'],
  ['ANTHROPIC_BASE_URL', 'not a url'],
  ['COORDINATOR_REPLICA_URL', 'mysql://localhost/orders'],
])('a bad %s -> exit code 2, names the variable and not the value', (name, value) => {
  expect(() => readEnvironment({ [name]: value })).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(name) }),
  );
  expect(() => readEnvironment({ [name]: value })).not.toThrow(value);
});

test('tokens of forges are read, and only workers of ours get them', () => {
  const tokens = { GH_TOKEN: 'of-gh', GITLAB_TOKEN: 'of-gitlab', GH_ENTERPRISE_TOKEN: 'of-enterprise' };
  const { forge, inherited, forWorkers } = readEnvironment({ ...tokens, USER: 'ann' });
  expect(forge).toMatchObject({
    github: { token: 'of-gh', enterpriseToken: 'of-enterprise' },
    gitlab: { token: 'of-gitlab' },
  });
  expect(inherited).toEqual({ USER: 'ann' });
  expect(forWorkers).toEqual(tokens);
  expect(readEnvironment({ ...tokens, GITHUB_TOKEN: 'of-actions' }).forge.github.token).toBe('of-actions');
});

test('the MCP token is read, and handed on to no other program', () => {
  const { mcpToken, inherited } = readEnvironment({ COORDINATOR_MCP_TOKEN: 'secret', USER: 'ann' });
  expect(mcpToken).toBe('secret');
  expect(inherited).toEqual({ USER: 'ann' });
});

test('secrets of notifications are read, and handed on to no other program', () => {
  const { notify, inherited } = readEnvironment({
    COORDINATOR_NOTIFY_KEY: 'secret',
    COORDINATOR_NOTIFY_EMPTY: '',
    COORDINATOR_HOME: '/srv/home',
  });
  expect(notify).toEqual({ COORDINATOR_NOTIFY_KEY: 'secret' });
  expect(inherited).toEqual({ COORDINATOR_HOME: '/srv/home' });
});

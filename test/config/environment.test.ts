// Needs nothing.
import { readEnvironment } from '../../src/config/environment';

test('nothing set -> model auto, everything else absent', () => {
  expect(readEnvironment({})).toMatchObject({
    model: undefined,
    coordinatorHome: undefined,
    temporal: { address: undefined },
    noColor: false,
    ci: false,
    path: '',
  });
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

test('the MCP token is read, and handed on to no other program', () => {
  const { mcpToken, inherited } = readEnvironment({ COORDINATOR_MCP_TOKEN: 'secret', USER: 'ann' });
  expect(mcpToken).toBe('secret');
  expect(inherited).toEqual({ USER: 'ann' });
});

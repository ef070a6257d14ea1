// Needs nothing.
import { type GateSettings, NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import { widenSettings } from '../../../src/domain/target/widened-settings';

const RUN = {
  cmd: ['node', 'x'],
  portEnv: 'PORT',
  health: '/',
  readyTimeoutMs: 1000,
  env: {},
  requiredEnv: [],
};
const base: GateSettings = {
  ...NO_SETTINGS,
  coverageMin: 85,
  run: { ...RUN, env: { LIMIT: '600' }, requiredEnv: ['DATABASE_URL'] },
  publicOps: ['getHealth'],
};
const login = { op: 'login', body: { email: '{user}' }, tokenPointer: '/token' };

const never = (): boolean => false;

test('a branch may name variables to start with and to demand, but change none of the base', () => {
  const branch = {
    ...base,
    run: { ...RUN, cmd: ['evil'], env: { LIMIT: '9', KEY: '{random}' }, requiredEnv: ['KEY'] },
  };
  expect(widenSettings(base, branch, never).run).toEqual({
    ...RUN,
    env: { LIMIT: '600', KEY: '{random}' },
    requiredEnv: ['DATABASE_URL', 'KEY'],
  });
});

test('a branch may say how to sign in where the base does not, and not replace what it says', () => {
  const branch = { ...base, login, users: ['a', 'b'] };
  expect(widenSettings(base, branch, never)).toMatchObject({ login, users: ['a', 'b'] });
  const told = { ...base, login: { ...login, op: 'signIn' }, users: ['c'] };
  expect(widenSettings(told, branch, never)).toMatchObject({ login: { op: 'signIn' }, users: ['c'] });
});

test('only operations that the base does not have become public by the word of a branch', () => {
  const branch = { ...base, publicOps: ['getHealth', 'login', 'listSecrets'] };
  const widened = widenSettings(base, branch, (operation) => operation === 'listSecrets');
  expect(widened.publicOps).toEqual(['getHealth', 'login']);
  expect(widenSettings({ ...base, publicOps: null }, branch, never).publicOps).toBeNull();
});

test('thresholds, waivers and commands stay those of the base', () => {
  const branch: GateSettings = {
    ...base,
    coverageMin: 0,
    coverage: { cmd: ['true'], format: 'jacoco', report: 'x' },
    sla: { p95Ms: 60_000, connections: 1 },
    corsOrigins: ['*'],
    waivers: [{ item: 'cors', reason: 'r', by: 'b' }],
  };
  expect(widenSettings(base, branch, never)).toEqual(base);
});

// Needs no server but one of its own on the loopback interface.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTrialFailed, type Check } from '../../src/cli/doctor/check';
import { examineNotifications } from '../../src/cli/doctor/notifications';
import { readEnvironment } from '../../src/config/environment';
import { settingsPath } from '../../src/config/settings-file';
import { Notification } from '../../src/domain/notification/notification';
import { openEndpoint, type Endpoint } from '../notify/endpoint';

let home: string;
let endpoint: Endpoint;
let status: number;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'doctor-'));
  status = 204;
  endpoint = await openEndpoint((response) => response.writeHead(status).end());
});
afterEach(async () => {
  await endpoint.close();
  await rm(home, { recursive: true, force: true });
});

async function examine(
  settings: string | null,
  test: boolean,
  variables: Record<string, string> = {},
): Promise<readonly Check[]> {
  if (settings !== null) await writeFile(settingsPath({ home }), `version: 1\n${settings}`);
  return examineNotifications({ environment: readEnvironment(variables), home: { home, cache: home } }, test);
}

const webhook = (more = ''): string =>
  `notifications:\n  bell: true\n  webhooks:\n    - { name: ops, url: '${endpoint.url}', allowPrivate: true${more} }\n`;

test('without settings nobody is told, which is no gap; a test of nothing is one', async () => {
  expect(await examine(null, false)).toMatchObject([{ name: 'notifications', state: 'ok', advice: null }]);
  const tried = await examine(null, true);
  expect(tried).toMatchObject([{ state: 'gap', advice: expect.stringContaining(settingsPath({ home })) }]);
  expect(isTrialFailed(tried)).toBe(true);
});

test('channels are listed by their hosts, and nothing is sent', async () => {
  const checks = await examine(webhook(), false);
  expect(checks).toMatchObject([
    {
      name: 'webhook:ops',
      state: 'ok',
      found: expect.stringContaining(`json to 127.0.0.1:${String(endpoint.port)}`),
    },
    { name: 'bell', state: 'ok' },
  ]);
  expect(JSON.stringify(checks)).not.toContain('in-the-address');
  expect(endpoint.received).toEqual([]);
});

test('a secret that is not there is named', async () => {
  const settings = webhook(', secretEnv: COORDINATOR_NOTIFY_KEY');
  expect(await examine(settings, false)).toMatchObject([
    { state: 'gap', advice: expect.stringContaining('COORDINATOR_NOTIFY_KEY') },
    {},
  ]);
  const variables = { COORDINATOR_NOTIFY_KEY: 'a key' };
  expect(await examine(settings, false, variables)).toMatchObject([{ state: 'ok' }, {}]);
});

test('a test is labelled as one and says what came back', async () => {
  const checks = await examine(webhook(), true);
  expect(checks[0]).toMatchObject({ state: 'ok', found: expect.stringContaining('answered 204') });
  expect(isTrialFailed(checks)).toBe(false);
  expect(Notification.parse(JSON.parse(endpoint.received[0]!.body))).toMatchObject({
    kind: 'test',
    asks: false,
    commands: [],
  });
});

test('a test that is not taken says why, and fails', async () => {
  status = 403;
  const checks = await examine(webhook(), true);
  expect(checks[0]).toMatchObject({ state: 'gap', advice: expect.stringContaining('answered 403') });
  expect(isTrialFailed(checks)).toBe(true);
});

test('settings that cannot be read are a gap with the line', async () => {
  expect(await examine('notifications: { sms: yes }\n', false)).toMatchObject([
    { name: 'notifications', state: 'gap', advice: expect.stringContaining('settings.yaml') },
  ]);
});

import { readSettings, settingsPath } from '../../config/settings-file';
import { NotDelivered } from '../../domain/notification/notification';
import {
  notificationChannels,
  type NotificationChannel,
  type NotificationSettings,
} from '../../domain/notification/notification-settings';
import { UserError } from '../../domain/common/user-error';
import { sendTest } from '../../notify/notifications';
import type { ServicesRequest } from '../services';
import type { Check } from './check';

const NAME = 'notifications';

/** Who is told of what waits for people; with `test`, a labelled notification is sent over each channel. */
export async function examineNotifications(
  { environment, home }: ServicesRequest,
  test: boolean,
): Promise<readonly Check[]> {
  let settings: NotificationSettings | undefined;
  try {
    settings = (await readSettings(home)).notifications;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      {
        name: NAME,
        state: 'gap',
        found: 'the settings cannot be read',
        advice: error.message,
        ...tried(test),
      },
    ];
  }
  const channels = notificationChannels(settings);
  const bell: Check[] =
    settings?.bell === true
      ? [{ name: 'bell', state: 'ok', found: 'rings where a terminal carries an objective on', advice: null }]
      : [];
  if (settings === undefined || channels.length === 0) {
    const advice = test
      ? `there is nothing to test: name a webhook or a mail server in ${settingsPath(home)} (docs/notifications.md)`
      : null;
    return [
      { name: NAME, state: test ? 'gap' : 'ok', found: 'off: nobody is told', advice, ...tried(test) },
      ...bell,
    ];
  }
  const secretOf = (name: string): string | undefined => environment.notify[name];
  const found = settings;
  const examined = channels.map((channel) =>
    test ? tryOut(channel, found, secretOf) : Promise.resolve(describe(channel, secretOf)),
  );
  return [...(await Promise.all(examined)), ...bell];
}

const tried = (test: boolean): Pick<Check, 'tried'> => (test ? { tried: true } : {});

function describe(channel: NotificationChannel, secretOf: (name: string) => string | undefined): Check {
  const missing = secretsOf(channel).filter((name) => (secretOf(name) ?? '') === '');
  return {
    name: channel.name,
    state: missing.length === 0 ? 'ok' : 'gap',
    found: `${targetOf(channel, secretOf)}; \`doctor --notify\` sends a test`,
    advice: missing.length === 0 ? null : `set ${missing.join(' and ')} where workers are started`,
  };
}

async function tryOut(
  channel: NotificationChannel,
  settings: NotificationSettings,
  secretOf: (name: string) => string | undefined,
): Promise<Check> {
  const { name } = channel;
  try {
    const note = await sendTest(channel, { settings, secretOf, signal: new AbortController().signal });
    return { name, state: 'ok', found: `test sent: ${note}`, advice: null, tried: true };
  } catch (error) {
    if (!(error instanceof NotDelivered)) throw error;
    return { name, state: 'gap', found: 'the test was not taken', advice: error.message, tried: true };
  }
}

/** Hosts only: the rest of an address may be a secret. */
function targetOf(channel: NotificationChannel, secretOf: (name: string) => string | undefined): string {
  switch (channel.via) {
    case 'webhook': {
      const { url, urlEnv = '', format } = channel.webhook;
      const address = url ?? secretOf(urlEnv) ?? '';
      const host = URL.canParse(address) ? new URL(address).host : `the address in ${urlEnv}`;
      return `${format} to ${host}`;
    }
    case 'email':
      return `mail to ${channel.email.to.join(', ')} by ${channel.email.host}:${String(channel.email.port)}`;
  }
}

function secretsOf(channel: NotificationChannel): string[] {
  const names =
    channel.via === 'webhook'
      ? [channel.webhook.urlEnv, channel.webhook.secretEnv]
      : [channel.email.userEnv, channel.email.passwordEnv];
  return names.filter((name) => name !== undefined);
}

import { z } from 'zod';
import { NotificationSettings } from '../../domain/notification/notification-settings';
import { ObjectiveText } from '../../domain/objective/objective';
import { ModelWish } from '../../domain/notification/settings';
import { ConfigurationError } from '../../domain/common/user-error';
import { redactSecrets } from '../../process/redact';
import type { OptionRow } from '../command';
import { parseFlags } from '../parse-flags';
import { BudgetFlag } from '../start/run-flags';

const on = z.literal(true).optional();
const text = z.string().trim().min(1, 'must not be empty').optional();

/** Where the user name and the password of the mail server are, when it wants them. */
const SMTP_USER = 'COORDINATOR_NOTIFY_SMTP_USER';
const SMTP_PASSWORD = 'COORDINATOR_NOTIFY_SMTP_PASSWORD';
/** Where the key of a webhook's signature is, unless another variable is named. */
export const WEBHOOK_SECRET = 'COORDINATOR_NOTIFY_WEBHOOK_SECRET';
/** Where the address of a webhook of Slack is: whoever knows it can write to the channel. */
export const SLACK_ADDRESS = 'COORDINATOR_NOTIFY_SLACK_URL';
/** The same of another webhook whose address is a secret. */
const WEBHOOK_ADDRESS = 'COORDINATOR_NOTIFY_WEBHOOK_URL';

export const INIT_OPTIONS: readonly OptionRow[] = [
  {
    flags: '--repo <path|url>',
    help: 'built in where a start names none; `sample`: a copy of a bundled one',
  },
  { flags: '--model <name>', help: 'auto, anthropic or offline' },
  { flags: '--budget-usd <n|none>', help: 'most an objective may cost in US dollars' },
  {
    flags: '--notify-webhook <url|variable>',
    help: 'call this address, or the one in this variable, when something waits for you or ends',
  },
  {
    flags: '--notify-format <format>',
    help: 'json, or slack for an incoming webhook of Slack (default: json)',
  },
  {
    flags: '--notify-secret-env <name>',
    help: `variable with the key of its signature, e.g. ${WEBHOOK_SECRET}`,
  },
  {
    flags: '--notify-email <addresses>',
    help: 'send mail to these, divided by commas; needs --smtp and --notify-from',
  },
  { flags: '--notify-from <address>', help: 'the sender of the mails' },
  { flags: '--smtp <host[:port]>', help: 'the mail server (default port: 587)' },
  { flags: '--smtp-auth', help: `it wants the user and password in ${SMTP_USER} and ${SMTP_PASSWORD}` },
  { flags: '--notify-bell', help: 'ring the bell of the terminal' },
  { flags: '--objective <text>', help: 'what the dry run at the end plans' },
  { flags: '--write-config', help: 'write a draft of coordinator.config.json into the repository' },
  { flags: '--yes', help: 'ask nothing: what no flag says stays, or becomes the default' },
  { flags: '--force', help: 'replace a settings.yaml that says otherwise' },
];

const InitFlags = z.strictObject({
  repo: text,
  model: ModelWish.optional(),
  budgetUsd: BudgetFlag.optional(),
  notifyWebhook: text,
  notifyFormat: z.enum(['json', 'slack'], { error: 'use json or slack' }).optional(),
  notifySecretEnv: text,
  notifyEmail: text,
  notifyFrom: text,
  smtp: z
    .string()
    .regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, 'use host or host:port')
    .optional(),
  smtpAuth: on,
  notifyBell: on,
  objective: ObjectiveText.optional(),
  writeConfig: on,
  yes: on,
  force: on,
});
export type InitFlags = z.infer<typeof InitFlags>;

/** Checks everything that needs no look at the world. @throws ConfigurationError of one sentence */
export function parseInit(
  rawFlags: unknown,
): InitFlags & { readonly notifications: NotificationSettings | undefined } {
  const flags = parseFlags(InitFlags, rawFlags);
  const { notifyWebhook, notifyEmail, notifyFrom, smtp } = flags;
  if (notifyWebhook === undefined && (flags.notifyFormat ?? flags.notifySecretEnv) !== undefined)
    throw new ConfigurationError(
      '--notify-format and --notify-secret-env belong to --notify-webhook; add it.',
    );
  if (notifyEmail === undefined && (notifyFrom ?? smtp ?? flags.smtpAuth) !== undefined)
    throw new ConfigurationError('--notify-from, --smtp and --smtp-auth belong to --notify-email; add it.');
  if (notifyEmail !== undefined && (smtp === undefined || notifyFrom === undefined))
    throw new ConfigurationError('--notify-email needs --smtp and --notify-from; add them.');
  return { ...flags, notifications: notificationsOf(flags) };
}

/** What the flags say about being told; undefined: nothing. @throws ConfigurationError naming the flag */
export function notificationsOf(
  flags: Pick<
    InitFlags,
    | 'notifyWebhook'
    | 'notifyFormat'
    | 'notifySecretEnv'
    | 'notifyEmail'
    | 'notifyFrom'
    | 'smtp'
    | 'smtpAuth'
    | 'notifyBell'
  >,
): NotificationSettings | undefined {
  const { notifyWebhook: url, notifyEmail, notifyFrom: from, smtp } = flags;
  if ((url ?? notifyEmail ?? flags.notifyBell) === undefined) return undefined;
  if (url !== undefined) refuseCredentials('--notify-webhook', url);
  const [host = '', port] = smtp?.split(':') ?? [];
  const parsed = NotificationSettings.safeParse({
    ...(url === undefined
      ? {}
      : {
          webhooks: [
            {
              name: 'webhook',
              ...addressOf(url, flags.notifyFormat),
              ...(flags.notifyFormat === undefined ? {} : { format: flags.notifyFormat }),
              ...(flags.notifySecretEnv === undefined ? {} : { secretEnv: flags.notifySecretEnv }),
            },
          ],
        }),
    ...(notifyEmail === undefined
      ? {}
      : {
          email: {
            host,
            ...(port === undefined ? {} : { port: Number(port) }),
            from,
            to: notifyEmail.split(',').map((address) => address.trim()),
            ...(flags.smtpAuth === true ? { userEnv: SMTP_USER, passwordEnv: SMTP_PASSWORD } : {}),
          },
        }),
    ...(flags.notifyBell === true ? { bell: true } : {}),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue?.path.find((part) => part in FLAG_OF) ?? '');
  throw new ConfigurationError(`${FLAG_OF[key] ?? 'A notification'}: ${issue?.message ?? 'cannot be used'}.`);
}

/** @throws ConfigurationError for an address that is a secret itself, which is not written down */
function addressOf(given: string, format: string | undefined): { url: string } | { urlEnv: string } {
  if (given.startsWith('COORDINATOR_NOTIFY_')) return { urlEnv: given };
  if (format === 'slack' || /^https?:\/\/hooks\.slack\.com\//i.test(given))
    throw new ConfigurationError(
      `--notify-webhook: whoever knows an address of Slack can write there; put it into the variable ${SLACK_ADDRESS} and give its name.`,
    );
  if (TELLING_PARAMETER.test(given) || redactSecrets(given) !== given)
    throw new ConfigurationError(
      `--notify-webhook: the address holds what looks like a secret, and settings.yaml keeps none; put it into the variable ${WEBHOOK_ADDRESS} and give its name.`,
    );
  return { url: given };
}

/** A key or signature in the query of an address. */
const TELLING_PARAMETER = /[?&](?:[a-z_-]*(?:token|key|secret|password|signature)|sig|auth|code)=[^&#]/i;

const FLAG_OF: Readonly<Record<string, string>> = {
  url: '--notify-webhook',
  secretEnv: '--notify-secret-env',
  to: '--notify-email',
  from: '--notify-from',
  host: '--smtp',
  port: '--smtp',
};

/** A password or token in an address would lie in the file for everybody who reads backups. */
export function refuseCredentials(what: string, address: string): void {
  // A token may stand alone in the place of the user's name.
  const user = /^[a-z][a-z0-9+.-]*:\/\/([^/@]*)@/i.exec(address)?.[1] ?? '';
  if (user.includes(':') || redactSecrets(user) !== user)
    throw new ConfigurationError(
      `${what}: the address holds a password or token, and settings.yaml keeps no secret; leave it out (git asks its credential helper).`,
    );
}

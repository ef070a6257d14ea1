import { z } from 'zod';
import { NewsKind } from './news';

/** Variables of the worker that may hold a secret of a notification; no other can be named, so none leaks. */
const SecretVariable = z
  .string()
  .regex(/^COORDINATOR_NOTIFY_[A-Z0-9_]{1,60}$/, 'names a variable that begins with COORDINATOR_NOTIFY_');

const HttpAddress = z.url({ protocol: /^https?$/, error: 'is an http or https address' });

const Webhook = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'a name is lower-case kebab-case'),
    url: HttpAddress.optional(),
    /** Variable that holds the address instead, where the address itself is a secret, as Slack's is. */
    urlEnv: SecretVariable.optional(),
    /** `json`: our own payload; `slack`: what incoming webhooks of Slack take. */
    format: z.enum(['json', 'slack']).default('json'),
    /** Variable with the key of the signature. */
    secretEnv: SecretVariable.optional(),
    /** Whether an address that is not public may be called. */
    allowPrivate: z.boolean().default(false),
  })
  .refine((row) => (row.url === undefined) !== (row.urlEnv === undefined), {
    path: ['url'],
    message: 'give either url, or urlEnv with the name of a variable that holds it',
  });
export type WebhookSettings = z.infer<typeof Webhook>;

const Email = z
  .strictObject({
    host: z.string().min(1).max(253),
    port: z.int().min(1).max(65_535).default(587),
    /** TLS from the first byte; otherwise STARTTLS where the server has it, and always where there is a password. */
    secure: z.boolean().default(false),
    from: z.email(),
    to: z.array(z.email()).min(1).max(50),
    userEnv: SecretVariable.optional(),
    passwordEnv: SecretVariable.optional(),
  })
  .refine((row) => (row.userEnv === undefined) === (row.passwordEnv === undefined), {
    path: ['passwordEnv'],
    message: 'userEnv and passwordEnv go together',
  });
export type EmailSettings = z.infer<typeof Email>;

/** Base addresses that links in notifications begin with. */
const Links = z.strictObject({
  /** Temporal's Web UI; left out: that of the worker's own server, where it has one. */
  webUi: HttpAddress.optional(),
  /** The web inbox; left out: no link to it. */
  inbox: HttpAddress.optional(),
});

/** Who is told, how, and of what; nobody unless it is written down. */
export const NotificationSettings = z.strictObject({
  /** News left out here are not told; absent: all are. */
  events: z.array(NewsKind).min(1).optional(),
  /** Whether a notification may quote the question and its evidence, which may hold code. */
  details: z.boolean().default(false),
  webhooks: z
    .array(Webhook)
    .max(20)
    .default([])
    .refine((rows) => new Set(rows.map(({ name }) => name)).size === rows.length, {
      error: 'two webhooks have the same name',
    }),
  email: Email.optional(),
  /** Rings the bell of the terminal that carries an objective on. */
  bell: z.boolean().default(false),
  links: Links.optional(),
  /** How commands are written: `npm run resolve -- …` in a checkout, or by the program's name where it is installed. */
  commands: z.enum(['npm', 'name']).default('npm'),
});
export type NotificationSettings = z.infer<typeof NotificationSettings>;

const EMAIL_CHANNEL = 'email';

/** One way to tell people, by the name the workflow knows it by. */
export type NotificationChannel =
  | { readonly name: string; readonly via: 'webhook'; readonly webhook: WebhookSettings }
  | { readonly name: string; readonly via: 'email'; readonly email: EmailSettings };

/** Everything that leaves this machine; the bell does not. */
export function notificationChannels(settings: NotificationSettings | undefined): NotificationChannel[] {
  if (settings === undefined) return [];
  const { webhooks, email } = settings;
  return [
    ...webhooks.map((webhook) => ({ name: `webhook:${webhook.name}`, via: 'webhook' as const, webhook })),
    ...(email === undefined ? [] : [{ name: EMAIL_CHANNEL, via: 'email' as const, email }]),
  ];
}

/** Whether news of this kind is wanted at all. */
export function isWanted(settings: NotificationSettings, kind: NewsKind): boolean {
  return settings.events === undefined || settings.events.includes(kind);
}

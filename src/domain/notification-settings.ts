import { z } from 'zod';
import { NewsKind } from './news';

/** Variables of the worker that may hold a secret of a notification; no other can be named, so none leaks. */
const SecretVariable = z
  .string()
  .regex(/^COORDINATOR_NOTIFY_[A-Z0-9_]{1,60}$/, 'names a variable that begins with COORDINATOR_NOTIFY_');

const Webhook = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'a name is lower-case kebab-case'),
  url: z.url({ protocol: /^https?$/ }),
  /** `json`: our own payload; `slack`: what incoming webhooks of Slack take. */
  format: z.enum(['json', 'slack']).default('json'),
  /** Variable with the key of the signature. */
  secretEnv: SecretVariable.optional(),
  /** Whether an address that is not public may be called. */
  allowPrivate: z.boolean().default(false),
});

const Email = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535).default(587),
  /** TLS from the first byte; otherwise STARTTLS where the server has it. */
  secure: z.boolean().default(false),
  from: z.email(),
  to: z.array(z.email()).min(1).max(50),
  userEnv: SecretVariable.optional(),
  passwordEnv: SecretVariable.optional(),
});

/** Who is told, how, and of what; nobody unless it is written down. */
export const NotificationSettings = z.strictObject({
  /** News left out here are not told; absent: all are. */
  events: z.array(NewsKind).min(1).optional(),
  /** Whether a notification may quote the question and its evidence, which may hold code. */
  details: z.boolean().default(false),
  webhooks: z.array(Webhook).max(20).default([]),
  email: Email.optional(),
  /** Rings the bell of the terminal that carries an objective on. */
  bell: z.boolean().default(false),
});
export type NotificationSettings = z.infer<typeof NotificationSettings>;

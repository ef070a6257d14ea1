import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { errorCodeOf } from '../config/error-code';
import {
  NotDelivered,
  notificationHeadline,
  notificationLines,
  type Notification,
} from '../domain/notification/notification';
import type { EmailSettings } from '../domain/notification/notification-settings';
import { html } from '../html/html';
import { deadline } from '../process/deadline';
import type { SendRequest } from './webhook';

/** Who was taken and who was not, as nodemailer tells it. */
const Sent = z.object({ accepted: z.array(z.unknown()), rejected: z.array(z.unknown()) });

/** Any one step of the conversation, and all of it, in milliseconds. */
const STEP_MS = 10_000;
const WHOLE_MS = 30_000;

/**
 * Sends a notification by SMTP, as text and as plain HTML. A password only goes over TLS; certificates are checked.
 * @returns what came back, in words
 * @throws NotDelivered
 */
export async function sendEmail(
  settings: EmailSettings,
  { notification, secretOf, signal }: SendRequest,
): Promise<string> {
  const { host, port, secure, from, to } = settings;
  const auth = credentialsOf(settings, secretOf);
  const transport = createTransport({
    host,
    port,
    secure,
    ...(auth === null ? {} : { auth, requireTLS: !secure }),
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const late = deadline(signal, WHOLE_MS);
  try {
    const sent: unknown = await transport.sendMail({
      from,
      to,
      subject: notificationHeadline(notification),
      text: notificationLines(notification).join('\n'),
      html: page(notification),
      // The same for every try, so that a mail server or reader can tell a repetition.
      messageId: `<${notification.id.replace(/[^A-Za-z0-9./-]/g, '-')}@backend-coordinator>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: late,
    });
    const { accepted, rejected } = Sent.parse(sent);
    const taken = `${host} took it for ${String(accepted.length)} of ${String(to.length)}`;
    return rejected.length === 0 ? taken : `${taken}; it refused ${String(rejected.length)}`;
  } catch (error) {
    signal.throwIfAborted();
    throw failureOf(error, host, late);
  } finally {
    transport.close();
  }
}

function credentialsOf(
  { userEnv, passwordEnv }: EmailSettings,
  secretOf: SendRequest['secretOf'],
): { readonly user: string; readonly pass: string } | null {
  if (userEnv === undefined || passwordEnv === undefined) return null;
  const [user = '', pass = ''] = [secretOf(userEnv), secretOf(passwordEnv)];
  if (user === '' || pass === '') {
    const missing = user === '' ? userEnv : passwordEnv;
    throw new NotDelivered(`A credential for the mail server is not there: set ${missing} for the worker.`);
  }
  return { user, pass };
}

/** What went wrong, by the vendor's codes; its messages quote the server, which may say anything. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNECTION: 'the connection broke off',
  ETIMEDOUT: 'no answer in time',
  ESOCKET: 'it cannot be reached, or its certificate is not trusted',
  EDNS: 'its name is not known',
  ETLS: 'no TLS could be agreed on, and a password goes over nothing else',
  EPROTOCOL: 'it does not speak SMTP',
  EENVELOPE: 'it refused the sender or every recipient',
  EMESSAGE: 'it refused the message',
  EAUTH: 'it refused the user or the password',
};

function failureOf(error: unknown, host: string, late: AbortSignal): NotDelivered {
  const code = errorCodeOf(error);
  const cause = late.aborted
    ? `no end within ${String(WHOLE_MS / 1000)} s`
    : (CAUSES[String(code)] ?? 'it could not be sent');
  const reply: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'responseCode') : undefined;
  const refused = typeof reply === 'number' && reply >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
  return new NotDelivered(
    `The mail server ${host} did not take it: ${cause}${typeof reply === 'number' ? ` (${String(reply)})` : ''}.`,
    // The same again is answered the same (RFC 5321, section 4.2.1).
    { permanent: refused },
    { cause: error },
  );
}

function page(notification: Notification): string {
  const { links } = notification;
  const rows = notificationLines(notification).map((line) => html`${line}<br />`);
  return html`<!doctype html>
    <html lang="en">
      <body>
        <p>${rows}</p>
        ${links.inbox === null ? null : html`<p><a href="${links.inbox}">Open in the inbox</a></p>`}
        ${links.webUi === null ? null : html`<p><a href="${links.webUi}">Open in the Temporal Web UI</a></p>`}
      </body>
    </html>`.toString();
}

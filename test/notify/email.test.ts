// Needs no server but SMTP servers of its own on the loopback interface.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { packageRoot } from '../../src/config/package-root';
import type { News } from '../../src/domain/notification/news';
import { runCommand } from '../../src/process/run-command';
import { notificationsOf, OWNER, question, QUOTED, SECRET, tell } from './news';

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
}

let stop: () => Promise<void> = () => Promise.resolve();
afterEach(() => stop());

/** A real SMTP server and everything it took. */
async function mailServer(options: SMTPServerOptions): Promise<{ port: number; mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    onData: (stream, { envelope, secure }, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => (text += part.toString()));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), text, secure });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
    });
  return { port: (listening.address() as AddressInfo).port, mails };
}

const PLAIN: SMTPServerOptions = { disabledCommands: ['AUTH', 'STARTTLS'] };
const CREDENTIALS = { userEnv: 'COORDINATOR_NOTIFY_USER', passwordEnv: 'COORDINATOR_NOTIFY_PASSWORD' };
const SECRETS = { COORDINATOR_NOTIFY_USER: 'coordinator', COORDINATOR_NOTIFY_PASSWORD: 'pass-word-1' };

function send(
  port: number,
  more: object = {},
  settings: object = {},
  news: News = question,
): Promise<unknown> {
  const email = {
    host: '127.0.0.1',
    port,
    from: 'coordinator@example.com',
    to: ['ada@example.com', 'bob@example.com'],
    ...more,
  };
  return tell(notificationsOf({ email, ...settings }, SECRETS), 'email', news);
}

/** Quoted-printable as text. */
const decoded = (text: string): string =>
  text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

test('a question arrives as text and HTML, with the command that answers and nothing that was quoted', async () => {
  const { port, mails } = await mailServer(PLAIN);
  expect(await send(port)).toEqual({ delivery: 'delivered', note: '127.0.0.1 took it for 2 of 2' });
  const [mail] = mails;
  expect(mail).toMatchObject({ from: 'coordinator@example.com', to: ['ada@example.com', 'bob@example.com'] });
  const text = decoded(mail!.text);
  expect(text).toContain(`Subject: A question for you: ${OWNER} backend-T001-E1`);
  expect(text).toContain(`npm run resolve -- ${OWNER} backend-T001-E1 --decision retry --option retry`);
  expect(text).toContain('Auto-Submitted: auto-generated');
  expect(text).toContain('Content-Type: text/html');
  expect(text).not.toContain(QUOTED);
});

test('with details the question is escaped in HTML and holds no secret', async () => {
  const { port, mails } = await mailServer(PLAIN);
  await send(port, {}, { details: true });
  const text = decoded(mails[0]!.text);
  expect(text).toContain(`<b>${QUOTED}</b>`);
  expect(text).toContain(`&lt;b&gt;${QUOTED}&lt;/b&gt;`);
  expect(text).not.toContain(SECRET);
});

test('the same notification is the same message, however often it is tried', async () => {
  const { port, mails } = await mailServer(PLAIN);
  await send(port);
  await send(port);
  const ids = mails.map(({ text }) => /^Message-ID:\s+(\S+)$/im.exec(text)?.[1]);
  expect(ids[0]).toBe(`<${OWNER}/news/3-1893456000000@backend-coordinator>`);
  expect(ids[1]).toBe(ids[0]);
});

test('new lines in what is told add no header', async () => {
  const { port, mails } = await mailServer(PLAIN);
  await send(port, {}, {}, { ...question, subject: 'x\r\nBcc: eve@example.com' });
  expect(mails[0]!.to).toHaveLength(2);
  const [headers] = mails[0]!.text.split('\r\n\r\n');
  expect(headers).not.toMatch(/^Bcc:/im);
  expect(headers).toMatch(/^Subject: .* x Bcc:/m);
});

test('a server that knows one of two takes it for that one, and it is not sent again', async () => {
  const { port, mails } = await mailServer({
    ...PLAIN,
    onRcptTo: ({ address }, _session, done) => {
      done(
        address.startsWith('bob') ? Object.assign(new Error('unknown'), { responseCode: 550 }) : undefined,
      );
    },
  });
  expect(await send(port)).toMatchObject({
    delivery: 'delivered',
    note: '127.0.0.1 took it for 1 of 2; it refused 1',
  });
  expect(mails).toHaveLength(1);
});

test('a server that refuses everybody for good is not tried again; one that is busy is', async () => {
  let code = 550;
  const { port } = await mailServer({
    ...PLAIN,
    onRcptTo: (_address, _session, done) => {
      done(Object.assign(new Error('no'), { responseCode: code }));
    },
  });
  expect(await send(port)).toMatchObject({ name: 'NotDelivered', facts: { permanent: true } });
  code = 451;
  expect(await send(port)).toMatchObject({ name: 'NotDelivered', facts: { permanent: false } });
});

test('a password is not sent where there is no TLS', async () => {
  let asked = 0;
  const { port } = await mailServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => {
      asked += 1;
      done(null, { user: 'coordinator' });
    },
  });
  expect(await send(port, CREDENTIALS)).toMatchObject({
    name: 'NotDelivered',
    message: expect.stringContaining('no TLS could be agreed on'),
  });
  expect(asked).toBe(0);
});

test('a certificate nobody vouches for is refused', async () => {
  const { port, mails } = await mailServer({ disabledCommands: ['AUTH'] });
  expect(await send(port)).toMatchObject({ name: 'NotDelivered' });
  expect(mails).toEqual([]);
});

test('a server that says nothing is left at once when nobody wants it told any more', async () => {
  const gone = new AbortController();
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    gone.abort(new Error('decided meanwhile'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = () =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  const { port } = server.address() as AddressInfo;
  const email = { host: '127.0.0.1', port, from: 'coordinator@example.com', to: ['ada@example.com'] };
  const told = tell(notificationsOf({ email }), 'email', question, gone.signal);
  expect(await told).toMatchObject({ message: 'decided meanwhile' });
});

test('a server that speaks something else is an error that names the host alone', async () => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    socket.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = () =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  const { port } = server.address() as AddressInfo;
  const failed = await send(port);
  expect(failed).toMatchObject({ name: 'NotDelivered', facts: { permanent: false } });
  expect(String(failed)).toContain('The mail server 127.0.0.1 did not take it');
});

/** The compiled product sends one question with user and password to the port it is given. */
const SEND = `
const { createNotifications } = require('./dist/src/notify/notifications.js');
const { NotificationSettings } = require('./dist/src/domain/notification/notification-settings.js');
const email = {
  host: 'localhost', port: Number(process.argv[1]), from: 'coordinator@example.com', to: ['ada@example.com'],
  userEnv: 'COORDINATOR_NOTIFY_USER', passwordEnv: 'COORDINATOR_NOTIFY_PASSWORD',
};
const news = { number: 1, at: '2030-01-01T00:00:00.000Z', kind: 'ended', subject: 'objective', taskId: null };
createNotifications({
  settings: async () => NotificationSettings.parse({ email }),
  secretOf: (name) => process.env[name],
  webUi: { address: null, namespace: 'default' },
})
  .notify({ owner: 'objective-x', channel: 'email', news, signal: new AbortController().signal })
  .then(({ note }) => console.log(note), (error) => console.log(error.message));
`;

test('over TLS with user and password it is sent, where the authority is known to Node', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mail-tls-'));
  try {
    const file = (name: string): string => join(folder, name);
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', file('key.pem'), '-out', file('cert.pem')],
    ]);
    expect(made.status).toBe(0);
    const seen: string[] = [];
    const { port, mails } = await mailServer({
      key: await readFile(file('key.pem')),
      cert: await readFile(file('cert.pem')),
      onAuth: ({ username, password }, _session, done) => {
        seen.push(`${username ?? ''}:${password ?? ''}`);
        done(null, { user: username ?? '' });
      },
    });
    // Node reads further authorities at its start only, so the product runs in a process of its own.
    const said = await runCommand({
      argv: [process.execPath, '-e', SEND, String(port)],
      cwd: packageRoot(),
      env: { ...SECRETS, NODE_EXTRA_CA_CERTS: file('cert.pem') },
      timeoutMs: 60_000,
    });
    expect(said.stdout).toContain('localhost took it for 1 of 1');
    expect(seen).toEqual(['coordinator:pass-word-1']);
    expect(mails[0]).toMatchObject({ secure: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

// Needs no server but some of its own on the loopback interface.
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Notification } from '../../src/domain/notification/notification';
import { openEndpoint, type Endpoint, type Received } from './endpoint';
import { KEY, notificationsOf, OWNER, question, QUOTED, SECRET, tell } from './news';

let endpoint: Endpoint;
afterEach(() => endpoint.close());

/** An endpoint that answers with each status in turn, the last one for ever. */
async function hook(...statuses: readonly number[]): Promise<Endpoint> {
  endpoint = await openEndpoint((response, count) => {
    response.writeHead(statuses[Math.min(count, statuses.length) - 1] ?? 204).end('no');
  });
  return endpoint;
}

const settings = (url: string, more: object = {}, of: object = {}): object => ({
  webhooks: [{ name: 'ops', url, allowPrivate: true, ...more }],
  ...of,
});
const payload = ({ received }: Endpoint): Notification => Notification.parse(JSON.parse(received[0]!.body));

describe('a webhook', () => {
  it('gets what there is to decide, with the commands that answer, and nothing that was quoted', async () => {
    const { url } = await hook(204);
    expect(await tell(notificationsOf(settings(url)), 'webhook:ops')).toMatchObject({
      delivery: 'delivered',
      note: expect.stringContaining('answered 204'),
    });
    const sent = payload(endpoint);
    expect(sent).toMatchObject({
      kind: 'escalation',
      asks: true,
      objective: OWNER,
      subject: 'backend-T001-E1',
      taskId: 'backend-T001',
      trigger: { name: 'security-concern', title: 'Security concern' },
      details: null,
      links: { webUi: `http://127.0.0.1:8233/namespaces/default/workflows/${OWNER}`, inbox: null },
    });
    expect(sent.options).toEqual([
      { id: 'retry', label: 'Mend it', decision: 'retry', recommended: true },
      { id: 'accept', label: 'Accept it', decision: 'accept', recommended: false },
    ]);
    expect(sent.commands).toEqual([
      `npm run resolve -- ${OWNER} backend-T001-E1 --decision retry --option retry`,
      `npm run resolve -- ${OWNER} backend-T001-E1 --decision accept --option accept --guidance "<why>"`,
    ]);
    expect(endpoint.received[0]!.body).not.toContain(QUOTED);
    expect(endpoint.received[0]!.body).not.toContain(SECRET);
  });

  it('with details gets the question and its evidence, without what looks like a secret', async () => {
    const { url } = await hook(204);
    await tell(notificationsOf(settings(url, {}, { details: true, commands: 'name' })), 'webhook:ops');
    const { details, commands } = payload(endpoint);
    expect(details?.question).toContain(QUOTED);
    expect(details?.evidence[0]).toBe(QUOTED);
    expect(endpoint.received[0]!.body).not.toContain(SECRET);
    expect(commands[0]).toMatch(/^backend-coordinator resolve /);
  });

  it('a label that names a command of the repository is cut before it, unless details are allowed', async () => {
    const label = 'Roll back: npm run migrate:down';
    const asked = question.question!;
    const news = { ...question, question: { ...asked, options: [{ ...asked.options[0]!, label }] } };
    const { url } = await hook(204);
    await tell(notificationsOf(settings(url)), 'webhook:ops', news);
    await tell(notificationsOf(settings(url, {}, { details: true })), 'webhook:ops', news);
    const labels = endpoint.received.map(
      ({ body }) => Notification.parse(JSON.parse(body)).options[0]?.label,
    );
    expect(labels).toEqual(['Roll back', label]);
  });

  it('can check that timestamp and body are ours with the key alone', async () => {
    const { url } = await hook(204);
    await tell(notificationsOf(settings(url, { secretEnv: 'COORDINATOR_NOTIFY_KEY' })), 'webhook:ops');
    const isOurs = ({ request: { headers }, body }: Received, key: string): boolean => {
      const stamp = String(headers['x-coordinator-timestamp']);
      const fresh = Math.abs(Date.now() / 1000 - Number(stamp)) < 300;
      const signed = createHmac('sha256', key).update(`${stamp}.${body}`).digest('hex');
      return fresh && headers['x-coordinator-signature'] === `sha256=${signed}`;
    };
    const [sent] = endpoint.received;
    expect(isOurs(sent!, KEY)).toBe(true);
    expect(isOurs(sent!, 'another')).toBe(false);
    expect(isOurs({ ...sent!, body: `${sent!.body} ` }, KEY)).toBe(false);
  });

  it('without a key is sent nothing that looks signed', async () => {
    const { url } = await hook(204);
    await tell(notificationsOf(settings(url)), 'webhook:ops');
    expect(endpoint.received[0]!.request.headers).not.toHaveProperty('x-coordinator-signature');
  });

  it('whose key is missing is not called; the message names the variable', async () => {
    const { url } = await hook(204);
    const on = notificationsOf(settings(url, { secretEnv: 'COORDINATOR_NOTIFY_KEY' }), {});
    expect(await tell(on, 'webhook:ops')).toMatchObject({
      name: 'NotDelivered',
      message: expect.stringContaining('COORDINATOR_NOTIFY_KEY'),
    });
    expect(endpoint.received).toEqual([]);
  });

  it('whose address has a user and a password gets them as they are, also with a % that begins no escape', async () => {
    const { port } = await hook(204);
    await tell(notificationsOf(settings(`http://ops:100%25%zz@127.0.0.1:${String(port)}/`)), 'webhook:ops');
    const given = endpoint.received[0]?.request.headers.authorization ?? '';
    expect(Buffer.from(given.replace('Basic ', ''), 'base64').toString()).toBe('ops:100%25%zz');
  });

  it('that was down gets the same notification again, known by its key', async () => {
    const { url } = await hook(500, 204);
    const on = notificationsOf(settings(url));
    expect(await tell(on, 'webhook:ops')).toMatchObject({ message: expect.stringContaining('answered 500') });
    expect(await tell(on, 'webhook:ops')).toMatchObject({ delivery: 'delivered' });
    const [first, second] = endpoint.received;
    expect(second!.body).toBe(first!.body);
    const keys = endpoint.received.map(({ request }) => request.headers['idempotency-key']);
    expect(new Set(keys)).toEqual(new Set([`${OWNER}/news/3-1893456000000`]));
  });

  it('may say when to come again, within bounds; one that is gone is not tried again', async () => {
    endpoint = await openEndpoint((response, count) => {
      if (count === 3) response.writeHead(410).end();
      else response.writeHead(429, { 'retry-after': count === 1 ? '30' : '999999' }).end();
    });
    const on = notificationsOf(settings(endpoint.url));
    const facts = [];
    for (let round = 0; round < 3; round += 1) {
      facts.push(((await tell(on, 'webhook:ops')) as { facts: unknown }).facts);
    }
    expect(facts).toEqual([
      { permanent: false, retryAfterMs: 30_000 },
      { permanent: false, retryAfterMs: 600_000 },
      { permanent: true, retryAfterMs: null },
    ]);
  });
});

describe('a hostile endpoint', () => {
  const failureOf = (url: string): Promise<unknown> => tell(notificationsOf(settings(url)), 'webhook:ops');

  it('that redirects is not followed, wherever it points', async () => {
    const inside = await openEndpoint((response) => response.end());
    endpoint = await openEndpoint((response) => {
      response.writeHead(307, { location: inside.url }).end();
    });
    try {
      expect(await failureOf(endpoint.url)).toMatchObject({
        message: expect.stringContaining('answered 307, a redirect, which is not followed'),
      });
      expect(inside.received).toEqual([]);
    } finally {
      await inside.close();
    }
  });

  it('that never answers is left after ten seconds', async () => {
    endpoint = await openEndpoint(() => undefined);
    expect(await failureOf(endpoint.url)).toMatchObject({
      message: expect.stringContaining('no answer within 10 s'),
    });
  }, 30_000);

  it('that never answers is left at once when nobody wants it told any more', async () => {
    const gone = new AbortController();
    endpoint = await openEndpoint(() => {
      gone.abort(new Error('decided meanwhile'));
    });
    const on = notificationsOf(settings(endpoint.url));
    expect(await tell(on, 'webhook:ops', question, gone.signal)).toMatchObject({
      message: 'decided meanwhile',
    });
  });

  it('that answers for ever is read for a moment only', async () => {
    let sent = 0;
    let closed: () => void = () => undefined;
    const left = new Promise<void>((resolve) => (closed = resolve));
    endpoint = await openEndpoint((response) => {
      response.writeHead(500);
      const part = 'x'.repeat(64 * 1024);
      const flood = (): void => {
        while (!response.destroyed && response.write(part)) sent += part.length;
      };
      response.on('drain', flood);
      response.on('close', closed);
      flood();
    });
    expect(await failureOf(endpoint.url)).toMatchObject({ message: expect.stringContaining('answered 500') });
    await left;
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  it('that says yes and goes on for ever has taken it', async () => {
    endpoint = await openEndpoint((response) => {
      response.writeHead(200).write('ok');
    });
    expect(await failureOf(endpoint.url)).toMatchObject({ delivery: 'delivered' });
  });

  it('that breaks off is an error to try again, which tells neither key nor address', async () => {
    endpoint = await openEndpoint((_response, _count, socket) => socket.resetAndDestroy());
    const failed = await failureOf(endpoint.url);
    expect(failed).toMatchObject({ name: 'NotDelivered', facts: {} });
    expect(String(failed)).toContain('ECONNRESET');
    expect(String(failed)).not.toContain('in-the-address');
  });
});

describe('over https', () => {
  it('a certificate nobody vouches for is refused before anything is sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webhook-tls-'));
    const file = (name: string): string => join(folder, name);
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
      ...['-keyout', file('key.pem'), '-out', file('cert.pem')],
    ]);
    expect(made.status).toBe(0);
    let received = 0;
    const key = await readFile(file('key.pem'));
    const server = createServer({ key, cert: await readFile(file('cert.pem')) }, (_request, response) => {
      received += 1;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const on = notificationsOf(settings(`https://127.0.0.1:${String(port)}/`));
      expect(await tell(on, 'webhook:ops')).toMatchObject({
        name: 'NotDelivered',
        facts: {},
        message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
      });
      expect(received).toBe(0);
    } finally {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('an address that is not public', () => {
  it.each([
    ['a name of this machine', (port: number) => `http://localhost:${String(port)}/`],
    ['an address of this machine', (port: number) => `http://127.0.0.1:${String(port)}/`],
    ['the same as one number', (port: number) => `http://2130706433:${String(port)}/`],
    ['the same in IPv6', (port: number) => `http://[::ffff:127.0.0.1]:${String(port)}/`],
  ])('%s is not called unless the settings allow it', async (_what, address) => {
    const { port } = await hook(204);
    const on = notificationsOf(settings(address(port), { allowPrivate: false }));
    expect(await tell(on, 'webhook:ops')).toMatchObject({
      name: 'NotDelivered',
      message: expect.stringMatching(/public address|not public/),
    });
    expect(endpoint.received).toEqual([]);
  });
});

describe('channels', () => {
  it('are those of the settings, for the news they want', async () => {
    const { url } = await hook(204);
    const on = notificationsOf(settings(url, {}, { events: ['escalation'] }));
    expect(await on.isOn()).toBe(true);
    expect(await on.channelsFor('escalation')).toEqual(['webhook:ops']);
    expect(await on.channelsFor('ended')).toEqual([]);
  });

  it('are none without settings, or where only the bell is to ring', async () => {
    await hook(204);
    expect(await notificationsOf({}).isOn()).toBe(false);
    expect(await notificationsOf({ bell: true }).isOn()).toBe(false);
  });

  it('that were taken out of the settings meanwhile are off', async () => {
    await hook(204);
    expect(await tell(notificationsOf({}), 'webhook:ops')).toMatchObject({ delivery: 'off' });
  });
});

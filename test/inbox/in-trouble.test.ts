// Needs no Temporal and no browser: the inbox while something is wrong, over a desk in memory.
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporalUnreachableError } from '../../src/domain/common/user-error';
import type { InboxServer } from '../../src/inbox/server';
import { ID, status, task } from '../cli/fixtures';
import { asking, createFakeDesk, openInbox, QUESTION, watching, type FakeDesk } from './fake-desk';
import { logIn, openEvents } from './visitor';

const DOWN = new TemporalUnreachableError('No Temporal server answers at 127.0.0.1:7233.');
const question = `/objectives/${ID}/questions/${QUESTION}`;

let desk: FakeDesk;
let server: InboxServer;
beforeEach(async () => {
  desk = createFakeDesk([asking()]);
  server = await openInbox(desk);
});
afterEach(() => server.stop());

test('an address that is none -> 400, for which nobody has to look into a log', async () => {
  const code = await new Promise<number>((resolve, reject) => {
    const sent = request(server.url, { path: '//' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
  expect([code, desk.explained()]).toEqual([400, 0]);
});

test('a browser that leaves in the middle of a form is no error of ours', async () => {
  const { cookie } = await logIn(server);
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    [
      `POST ${question} HTTP/1.1`,
      `host: 127.0.0.1:${port}`,
      `cookie: ${cookie}`,
      'content-type: application/x-www-form-urlencoded',
      'content-length: 1000',
      '',
      'guidance=half',
    ].join('\r\n'),
  );
  await sleep(50);
  socket.destroy();
  await sleep(50);
  expect(desk.explained()).toBe(0);
});

describe('a form that is sent twice', () => {
  test('at once or one after the other -> one decision, and both are told so', async () => {
    const { get, press } = await logIn(server);
    const html = await (await get(question)).text();
    const answers = await Promise.all([press(html, { option: '0' }), press(html, { option: '0' })]);
    answers.push(await press(html, { option: '0' }));
    expect(answers.map(({ status: code }) => code)).toEqual([303, 303, 303]);
    expect(desk.sent).toHaveLength(1);
    expect(await (await get(`/objectives/${ID}`)).text()).toContain('recorded and applied.');
  });

  test('steering pressed twice is said once; the same words from a newer page are said again', async () => {
    const { get, press } = await logIn(server);
    const steer = `/objectives/${ID}/steer`;
    const html = await (await get(`/objectives/${ID}`)).text();
    for (let times = 0; times < 2; times += 1) await press(html, { message: 'Keep to v2.' }, steer);
    expect(desk.sent).toHaveLength(1);
    const newer = await (await get(`/objectives/${ID}`)).text();
    await press(newer, { message: 'Keep to v2.' }, steer);
    await press(newer, { message: 'And to JSON.' }, steer);
    expect(desk.sent).toHaveLength(3);
  });
});

test('a question that is asked anew under its id takes no answer that was meant for the one before', async () => {
  const { get, press } = await logIn(server);
  const html = await (await get(question)).text();
  const [before] = asking().escalations;
  desk.change(ID, {
    escalations: [{ ...before!, question: 'And now?', raisedAt: '2030-01-01T05:00:00.000Z' }],
  });
  const late = await press(html, { option: '0' });
  expect(late.status).toBe(409);
  expect(await late.text()).toContain('asked anew');
  expect(desk.sent).toEqual([]);
});

describe('while Temporal does not answer', () => {
  test.each(['/', `/objectives/${ID}`, question, `/objectives/${ID}/plan`])(
    '%s -> 503, the reason, and a page that looks again by itself',
    async (path) => {
      const { get } = await logIn(server);
      desk.fail(DOWN);
      const answer = await get(path);
      const html = await answer.text();
      expect(answer.status).toBe(503);
      expect(html).toContain(DOWN.message);
      expect(html).toContain('data-again');
    },
  );

  test('what was written is kept, and sent by a button once it answers', async () => {
    const { get, press } = await logIn(server);
    const html = await (await get(question)).text();
    desk.fail(DOWN);
    const kept = await press(html, { option: '0', guidance: 'Hash them. <b>می‌خواهم</b>' });
    const page = await kept.text();
    expect(kept.status).toBe(503);
    expect(page).toContain('Send it again');
    expect(page).toContain('<pre tabindex="0">\nHash them. &lt;b&gt;');
    desk.fail(null);
    expect((await press(page, { guidance: 'Hash them.' })).status).toBe(303);
    expect(desk.sent).toMatchObject([{ payload: { decision: 'retry', guidance: 'Hash them.' } }]);
  });

  test('what came of a form is told to who reads the page, not to the script that looks whether there is one', async () => {
    const { cookie, get, press } = await logIn(server);
    await press(await (await get(question)).text(), { option: '0' });
    const ask = (headers: Readonly<Record<string, string>>): Promise<string> =>
      fetch(`${server.url}/objectives/${ID}`, { headers: { cookie, ...headers } }).then((at) => at.text());
    expect(await ask({ 'sec-fetch-dest': 'empty' })).not.toContain('recorded and applied.');
    expect(await ask({ 'sec-fetch-dest': 'document' })).toContain('recorded and applied.');
    expect(await ask({ 'sec-fetch-dest': 'document' })).not.toContain('recorded and applied.');
  });

  test('who watches is told once since when nothing is new, and that it goes on', async () => {
    const { cookie } = await logIn(server);
    const { seen, text, close } = openEvents(server, `/objectives/${ID}/live`, cookie);
    await seen('headline');
    desk.fail(DOWN);
    await seen(DOWN.message);
    await sleep(200);
    expect(desk.explained()).toBe(1);
    const before = text().length;
    desk.fail(null);
    await seen('"stale":""', before);
    close();
  });
});

test('a page is not told that all is over because the inbox ends', async () => {
  const { cookie } = await logIn(server);
  const { seen, text } = openEvents(server, `/objectives/${ID}/live`, cookie);
  await seen('headline');
  await server.stop();
  expect(text()).not.toContain('event: end');
  server = await openInbox(desk);
});

test('who makes room for a newer browser is told nothing any more, and that they have to log in', async () => {
  const { cookie, get } = await logIn(server);
  const { seen, text, over } = openEvents(server, `/objectives/${ID}/live`, cookie);
  await seen('headline');
  for (let others = 0; others < 32; others += 1) await logIn(server);
  await over;
  expect(text()).not.toContain('event: end');
  expect((await get(`/objectives/${ID}/live`)).status).toBe(401);
});

test('who was logged out while writing gets the words back; from elsewhere nothing is shown', async () => {
  const send = (origin: string): Promise<Response> =>
    fetch(`${server.url}${question}`, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({ option: '0', guidance: 'a long thought' }),
    });
  const own = await send(server.url);
  expect(own.status).toBe(401);
  expect(await own.text()).toContain('a long thought');
  const other = await send(server.url.replace('127.0.0.1', 'localhost'));
  expect(other.status).toBe(401);
  expect(await other.text()).not.toContain('a long thought');
  expect(desk.sent).toEqual([]);
});

test('joiners of a script in what somebody wrote survive being asked once more', async () => {
  const { get, press } = await logIn(server);
  const html = await (await get(question)).text();
  const asked = await (await press(html, { option: '3', guidance: 'می\u200cخواهم' })).text();
  expect(asked).toContain('value="می&#x200C;خواهم"');
});

describe('the list', () => {
  test('asks no objective, however many there are, and tells the cost and reviews of all', async () => {
    await server.stop();
    const many = Array.from({ length: 60 }, (_, index) =>
      status({
        objectiveId: `objective-add-login-${index.toString(16).padStart(8, '0')}`,
        model: { kind: 'anthropic' },
        usage: { requests: 1, input: 1, output: 1, cacheRead: 0, cacheWrite: 0, usd: 1 + index / 100 },
        tasks: [task({ state: 'merged' }), task({ id: 'backend-T002' })],
        ...(index === 59 ? { state: 'awaiting-approval', plan: { version: 4, ref: 'a'.repeat(64) } } : {}),
      }),
    );
    desk = createFakeDesk(many);
    server = await openInbox(desk);
    const { get } = await logIn(server);
    const html = await (await get('/')).text();
    expect([...html.matchAll(/\d\.\d\d USD/g)]).toHaveLength(60);
    expect(html).toContain('1.59 USD');
    expect([...html.matchAll(/1 of 2 tasks/g)]).toHaveLength(60);
    expect(html).toContain('Review the plan, version 4');
    expect(desk.asked()).toBe(0);
  });
});

describe('a watch over a deployment', () => {
  const WATCH = `/objectives/${ID}/deployment`;
  beforeEach(() => {
    desk.watchOver(watching());
  });

  test('shows how it goes, its question among all that waits, and the way back to its objective', async () => {
    const { get } = await logIn(server);
    const html = await (await get(WATCH)).text();
    for (const words of [
      'Errors are at 40 %',
      'in production',
      'errors breaches its limit',
      `href="/objectives/${ID}"`,
    ])
      expect(html).toContain(words);
    expect(await (await get('/')).text()).toContain(`href="${WATCH}/questions/deployment-E1"`);
  });

  test('its question is answered, and who reads it or the watch hears of it without a reload', async () => {
    const { cookie, get, press } = await logIn(server);
    const path = `${WATCH}/questions/deployment-E1`;
    const html = await (await get(path)).text();
    const streams = [openEvents(server, `${WATCH}/live`, cookie), openEvents(server, `${path}/live`, cookie)];
    await streams[0]!.seen('production');
    await streams[1]!.seen('is open');
    expect((await press(html, { option: '0' }, path)).headers.get('location')).toBe(WATCH);
    expect(desk.sent).toMatchObject([
      { id: `${ID}/deployment`, payload: { escalationId: 'deployment-E1', decision: 'retry' } },
    ]);
    for (const { seen, close } of streams) {
      await seen('by ada@inbox');
      close();
    }
  });

  test('before a deployment is reported it says which command does', async () => {
    desk.watchOver(
      watching({ state: 'awaiting-deployment', deployment: null, escalations: [], watchedUntil: null }),
    );
    const { get } = await logIn(server);
    expect(await (await get(WATCH)).text()).toContain(`deployed ${ID} --environment production`);
  });
});

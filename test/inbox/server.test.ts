// Needs no Temporal and no browser: plain requests against the inbox on the loopback interface.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccess } from '../../src/inbox/access';
import { createLive } from '../../src/inbox/live';
import type { Precedent } from '../../src/domain/escalation/precedents';
import type { InboxServer } from '../../src/inbox/server';
import { ID, status, task } from '../cli/fixtures';
import { asking, createFakeDesk, openInbox, QUESTION, type FakeDesk } from './fake-desk';

let desk: FakeDesk;
let server: InboxServer;
beforeEach(async () => {
  desk = createFakeDesk([asking()]);
  server = await openInbox(desk);
});
afterEach(() => server.stop());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request with headers as given, which `fetch` would not send. */
function ask(path: string, { method, headers = {}, form, body }: Ask = {}): Promise<Answer> {
  const text = form === undefined ? body : new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, server.url),
      {
        method: method ?? (text === undefined ? 'GET' : 'POST'),
        headers: {
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
      },
      (response) => {
        let all = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (all += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: all });
        });
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** Logs in and gives the cookie with the token of its forms. */
async function logIn(): Promise<{ readonly cookie: string; readonly csrf: string }> {
  const entered = await ask(server.newLink());
  const cookie = String(entered.headers['set-cookie']?.[0]).split(';')[0] ?? '';
  const page = await ask(`/objectives/${ID}`, { headers: { cookie } });
  return { cookie, csrf: /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '' };
}

const [{ raisedAt: RAISED } = { raisedAt: '' }] = asking().escalations;
const question = `/objectives/${ID}/questions/${QUESTION}`;

describe('the link', () => {
  test('gives a cookie that scripts and other sites do not have, and ends with the browser', async () => {
    const { status: code, headers, body } = await ask(server.newLink());
    expect(code).toBe(200);
    const [cookie = ''] = [headers['set-cookie']].flat();
    expect(cookie).toMatch(/^coordinator-inbox-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(body).toContain('http-equiv="refresh"');
  });

  test('opens once; a second time it says so', async () => {
    const link = server.newLink();
    expect((await ask(link)).status).toBe(200);
    const again = await ask(link);
    expect(again.status).toBe(401);
    expect(again.body).toContain('used already');
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  test('is dead once there is a newer one', async () => {
    const old = server.newLink();
    server.newLink();
    expect((await ask(old)).status).toBe(401);
  });

  test('is not used up by a browser that looks ahead, nor by asking for its head', async () => {
    const link = server.newLink();
    expect((await ask(link, { headers: { 'sec-purpose': 'prefetch;prerender' } })).status).toBe(405);
    expect((await ask(link, { method: 'HEAD' })).status).toBe(405);
    expect((await ask(link)).status).toBe(200);
  });

  test('is not locked by a page of elsewhere that asks with wrong tokens as images or frames', async () => {
    for (const dest of Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 'image' : 'iframe'))) {
      const embedded = await ask('/enter?token=wrong', { headers: { 'sec-fetch-dest': dest } });
      expect(embedded.status).toBe(405);
    }
    expect((await ask(server.newLink(), { headers: { 'sec-fetch-dest': 'document' } })).status).toBe(200);
  });

  test('after ten wrong tokens the address has to wait, with the right one too; who is logged in goes on', async () => {
    const { cookie } = await logIn();
    for (let attempt = 0; attempt < 10; attempt += 1)
      expect((await ask(`/enter?token=${String(attempt)}`)).status).toBe(401);
    const right = await ask(server.newLink());
    expect(right.status).toBe(429);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask('/', { headers: { cookie } })).status).toBe(200);
  });
});

describe('who is not logged in', () => {
  test.each(['/', `/objectives/${ID}`, question, `/objectives/${ID}/live`, '/live', '/nothing'])(
    '%s -> 401 and how to come in, nothing of an objective',
    async (path) => {
      for (const headers of [{}, { cookie: 'coordinator-inbox-1=x' }]) {
        const { status: code, body } = await ask(path, { headers });
        expect(code).toBe(401);
        expect(body).not.toContain('Add login');
      }
      expect(desk.asked()).toBe(0);
    },
  );

  const followed = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  test('who follows a link of another site, which gets no cookie, is sent to the page once more from here', async () => {
    const first = await ask(question, { headers: followed });
    expect([first.status, desk.asked()]).toEqual([401, 0]);
    expect(first.body).toContain(`content="0;url=${question}"`);
    expect(first.headers['set-cookie']).toBeUndefined();
    const second = await ask(question, { headers: { ...followed, 'sec-fetch-site': 'same-origin' } });
    expect([second.status, second.body]).toEqual([401, expect.stringContaining('You are not logged in')]);
  });

  test.each([
    [question, 'text/html,*/*', 1],
    [`/objectives/${ID}/live`, 'text/event-stream', 0],
    [`/objectives/${ID}/steer`, 'text/html', 0],
    ['/nothing', 'text/html', 0],
  ])('%s, asked for as %s, is kept as the page that was wanted: %i', async (path, accept, cookies) => {
    const { headers } = await ask(path, { headers: { accept } });
    expect(headers['set-cookie']?.length ?? 0).toBe(cookies);
  });

  test.each(['/..//elsewhere.test', '/nothing'])('%s sends nobody off this server', async (path) => {
    const { status: code, body } = await ask(path, { headers: followed });
    expect([code, /url=([^"]*)"/.exec(body)?.[1] ?? '/']).toEqual([401, '/']);
  });

  test.each([
    '//elsewhere.test',
    'https://elsewhere.test',
    '/enter',
    '/nothing',
    '%',
    `${question}"><script>`,
  ])('a cookie that says somebody wanted %s sends nobody there', async (path) => {
    const { port } = new URL(server.url);
    const cookie = `coordinator-inbox-${port}-wanted=${path === '%' ? path : encodeURIComponent(path)}`;
    const { status: code, body } = await ask(server.newLink(), { headers: { cookie } });
    expect([code, /url=([^"]*)"/.exec(body)?.[1]]).toEqual([200, '/']);
  });

  test('a decision without a cookie is not taken', async () => {
    const { csrf } = await logIn();
    const sent = await ask(question, { form: { csrf, option: '0' }, headers: { origin: server.url } });
    expect(sent.status).toBe(401);
    expect(desk.sent).toEqual([]);
  });
});

describe('forms', () => {
  const decide = async (over: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly form?: Readonly<Record<string, string>>;
    readonly path?: string;
  }): Promise<Answer> => {
    const { cookie, csrf } = await logIn();
    return ask(over.path ?? question, {
      form: { csrf, option: '0', raised: RAISED, ...over.form },
      headers: { cookie, origin: server.url, 'sec-fetch-site': 'same-origin', ...over.headers },
    });
  };

  test('a form of this page -> the decision, with who decided, and on to the objective', async () => {
    const { status: code, headers } = await decide({ form: { guidance: 'hash them' } });
    expect([code, headers['location']]).toEqual([303, `/objectives/${ID}`]);
    expect(desk.sent).toEqual([
      {
        id: ID,
        name: 'resolveEscalation',
        payload: {
          escalationId: QUESTION,
          decision: 'retry',
          option: 'retry',
          guidance: 'hash them',
          by: 'ada@inbox',
        },
      },
    ]);
  });

  test.each([
    ['without the token of the session', { form: { csrf: '' } }],
    ['with another token', { form: { csrf: 'x'.repeat(43) } }],
    ['from a page of elsewhere', { headers: { origin: 'http://localhost:1' } }],
    ['from a page without an origin', { headers: { origin: 'null' } }],
    ['from another site, as the browser says', { headers: { 'sec-fetch-site': 'same-site' } }],
    ['from a page that names another host', { headers: { origin: 'https://evil.example' } }],
  ])('%s -> 403, and nothing is decided', async (_, over) => {
    expect((await decide(over)).status).toBe(403);
    expect(desk.sent).toEqual([]);
  });

  test('with no word on where it comes from -> 403', async () => {
    const { cookie, csrf } = await logIn();
    expect((await ask(question, { form: { csrf, option: '0' }, headers: { cookie } })).status).toBe(403);
  });

  test('the token of one browser is no good in another', async () => {
    const one = await logIn();
    const two = await logIn();
    const sent = await ask(question, {
      form: { csrf: one.csrf, option: '0' },
      headers: { cookie: two.cookie, origin: server.url },
    });
    expect(sent.status).toBe(403);
  });

  test.each([
    ['an option there is not', { option: '7' }, 422, 'one of the options'],
    ['no option', { option: 'retry' }, 422, 'one of the options'],
    ['accept without a reason', { option: '1' }, 422, 'needs guidance'],
    ['reassign to nobody', { option: '2' }, 422, 'needs an assignee'],
    ['reassign to what is no role', { option: '2', assignee: '../etc' }, 422, 'role name'],
  ])('%s -> said on the page, and what was written is kept', async (_, form, code, words) => {
    const answer = await decide({
      form: { ...form, ...(form.option === '1' ? {} : { guidance: 'kept words' }) },
    });
    expect(answer.status).toBe(code);
    expect(answer.body).toContain(words);
    if (form.option !== '1') expect(answer.body).toContain('kept words');
    expect(desk.sent).toEqual([]);
  });

  test('what gives work up is asked once more first, and the words go along', async () => {
    const asked = await decide({ form: { option: '3', guidance: 'no use' } });
    expect(asked.body).toContain('Yes: Stop the objective');
    expect(asked.body).toContain('value="no use"');
    expect(desk.sent).toEqual([]);
    expect((await decide({ form: { option: '3', confirmed: 'yes' } })).status).toBe(303);
    expect(desk.sent).toMatchObject([{ payload: { decision: 'abort' } }]);
  });

  test('too much, or no form -> refused', async () => {
    const { cookie } = await logIn();
    const headers = { cookie, origin: server.url, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask(question, { body: `guidance=${'x'.repeat(2_200_000)}`, headers })).status).toBe(413);
    const json = { ...headers, 'content-type': 'application/json' };
    expect((await ask(question, { body: '{}', headers: json })).status).toBe(415);
  });

  test('a question that was decided meanwhile says by whom and what', async () => {
    const { cookie, csrf } = await logIn();
    await desk.send({
      id: ID,
      name: 'resolveEscalation',
      payload: { escalationId: QUESTION, decision: 'retry', by: 'bob@cli' },
    });
    const late = await ask(question, {
      form: { csrf, option: '0' },
      headers: { cookie, origin: server.url },
    });
    expect(late.status).toBe(409);
    expect(late.body).toContain('bob@cli decided retry');
    expect(desk.sent).toHaveLength(1);
  });
});

describe('addresses', () => {
  const get = async (path: string): Promise<Answer> =>
    ask(path, { headers: { cookie: (await logIn()).cookie } });

  test.each([
    ['an id that is none', '/objectives/..%2f..%2fetc'],
    ['a path in an id', `/objectives/${ID}%2f..%2f..`],
    ['a question that is none', `/objectives/${ID}/questions/%3Cscript%3E`],
    ['a page there is not', `/objectives/${ID}/secrets`],
    ['an unknown objective', '/objectives/objective-nothing-00000000'],
    ['an unknown question', `/objectives/${ID}/questions/backend-T009-E1`],
    ['an unknown contract', `/objectives/${ID}/contracts/nothing`],
    ['a report before there is one', `/objectives/${ID}/report`],
  ])('%s -> 404 in a sentence, without a stack', async (_, path) => {
    const { status: code, body } = await get(path);
    expect(code).toBe(404);
    expect(body).not.toMatch(/\bat .*:\d+:\d+/);
    expect(body).not.toContain('<script>');
  });

  test('a finished objective shows no form, and takes none any more', async () => {
    const { cookie, csrf } = await logIn();
    desk.change(ID, { outcome: 'delivered', state: 'delivered', escalations: [] });
    const page = await ask(`/objectives/${ID}`, { headers: { cookie } });
    expect(page.body).not.toContain('<form');
    const steered = await ask(`/objectives/${ID}/steer`, {
      form: { csrf, message: 'go on' },
      headers: { cookie, origin: server.url },
    });
    expect(steered.status).toBe(409);
    expect(steered.body).toContain('is already finished');
  });

  test('a contract that waits for a review stands on the page twice, and no two places have one id', async () => {
    const contract = { name: 'orders', path: 'openapi.yaml', taskId: 'backend-T001', revision: 3 };
    desk.change(ID, {
      tasks: [task({ waitingFor: 'contract:orders' })],
      contracts: [
        { ...contract, hash: 'd'.repeat(64), state: 'shared', bundle: null, by: null, comments: [] },
      ],
    });
    const { body } = await get(`/objectives/${ID}`);
    expect(body.match(/href="[^"]*\/contracts\/orders"/g)).toHaveLength(2);
    const ids = [...body.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test.each([
    ['running', ['pause']],
    ['paused', ['resume']],
    ['awaiting-human', ['pause', 'resume']],
  ] as const)(
    'an objective that is %s can be told to %j: one that waits may be paused as well',
    async (state, orders) => {
      desk.change(ID, { state });
      const { body } = await get(`/objectives/${ID}`);
      const offered = [...body.matchAll(/action="[^"]*\/(pause|resume)"/g)].map(([, order]) => order);
      expect(offered).toEqual(orders);
    },
  );

  test.each([
    ['a Host that is another name (DNS rebinding)', { host: 'evil.example' }],
    ['a Host that is another address', { host: '10.0.0.1' }],
    ['a page of elsewhere', { origin: 'https://evil.example' }],
  ])('%s -> 403', async (_, headers) => {
    const { cookie } = await logIn();
    expect((await ask('/', { headers: { cookie, ...headers } })).status).toBe(403);
  });

  test('every page forbids what it does not need, and is kept nowhere', async () => {
    for (const path of ['/', `/objectives/${ID}`, question, '/nothing']) {
      const { headers } = await get(path);
      const policy = String(headers['content-security-policy']);
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
      ])
        expect(policy).toContain(rule);
      expect(policy).not.toContain('unsafe');
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    }
  });
});

describe('sessions', () => {
  test('end after twelve hours', () => {
    let now = 0;
    const access = createAccess(() => now);
    const entered = access.enter(access.newToken(), '192.0.2.1');
    if (!('cookie' in entered)) throw new Error('The link was refused.');
    now = 12 * 60 * 60_000 - 1;
    expect(access.find(entered.cookie)).not.toBeNull();
    now += 1;
    expect(access.find(entered.cookie)).toBeNull();
  });

  test('end by themselves for who only watches and sends nothing', () => {
    jest.useFakeTimers();
    try {
      const access = createAccess(() => 0);
      const entered = access.enter(access.newToken(), '192.0.2.1');
      if (!('cookie' in entered)) throw new Error('The link was refused.');
      const ended = access.find(entered.cookie)?.ended;
      expect(ended?.aborted).toBe(false);
      jest.advanceTimersByTime(12 * 60 * 60_000);
      expect(ended?.aborted).toBe(true);
      expect(access.find(entered.cookie)).toBeNull();
    } finally {
      jest.useRealTimers();
    }
  });
});

test('all who watch an objective are told by one question, and nobody asks once nobody looks', async () => {
  const live = createLive(desk, { objective: 10, list: 10 });
  const shown: string[] = [];
  const stops = ['one', 'two'].map((name) =>
    live.objective(ID, { show: () => shown.push(name), lost: () => undefined, end: () => undefined }),
  );
  while (shown.length < 6) await sleep(5);
  for (const stop of stops) stop();
  expect(shown.length).toBe(2 * desk.asked());
  await sleep(50);
  const asked = desk.asked();
  await sleep(50);
  expect(desk.asked()).toBe(asked);
});

test('a stream ends with the objective', async () => {
  const { cookie } = await logIn();
  const { seen } = openEvents(`/objectives/${ID}/live`, cookie);
  await seen('headline');
  desk.change(ID, status({ outcome: 'delivered', state: 'delivered' }));
  await seen('event: end');
});

function openEvents(path: string, cookie: string): { seen(text: string): Promise<void>; close(): void } {
  let all = '';
  const looks = new Set<() => void>();
  const sent = request(new URL(path, server.url), { headers: { cookie } }, (response) => {
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('data', (chunk: string) => {
      all += chunk;
      for (const look of looks) look();
    });
  });
  sent.on('error', () => undefined);
  sent.end();
  return {
    seen: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (all.includes(text)) resolve();
        };
        looks.add(look);
        look();
      }),
    close: () => sent.destroy(),
  };
}

test('a question shows what people decided for the same reason before', async () => {
  await server.stop();
  const before: Precedent = {
    at: '2029-12-01T10:00:00.000Z',
    objective: 'objective-add-search-76543210',
    repository: 'shop',
    escalationId: 'backend-T002-E1',
    question: 'Tokens are logged. <b>What now?</b>',
    decision: 'retry',
    option: 'retry',
    guidance: 'Log their digest.',
    by: 'bob@cli',
    person: 'bob',
  };
  desk = createFakeDesk([asking()], {}, [before]);
  server = await openInbox(desk);
  const { body } = await ask(question, { headers: { cookie: (await logIn()).cookie } });
  expect(body).toContain('Tokens are logged. &lt;b&gt;What now?&lt;/b&gt;');
  expect(body).toContain('Log their digest.');
});

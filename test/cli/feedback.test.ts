// Needs no server: the command over a scripted department and forge.
import { feedback } from '../../src/cli/commands/feedback';
import type { CommandContext } from '../../src/cli/command';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import { Feedback, type FeedbackItem, type TakeFeedback } from '../../src/domain/pull-request/feedback';
import { ForgeFailure } from '../../src/domain/pull-request/forge-failure';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import { failureOf, unreachable } from '../../src/forge/failures';
import type { FindForge } from '../../src/ports/forge';
import { captureTerminal, ID, status } from './fixtures';

const PULL_REQUEST = {
  forge: 'github' as const,
  repository: 'https://github.example/acme/orders',
  number: 7,
  url: 'https://github.example/acme/orders/pull/7',
};
const delivery = {
  repository: '/srv/shop',
  branch: `coordinator/${ID}`,
  commit: 'b'.repeat(40),
  report: '/reports/x.md',
};
const comment = (id: number, over: Partial<FeedbackItem> = {}): FeedbackItem => ({
  key: `github:review-comment:${String(id)}`,
  kind: 'review-comment',
  author: 'ada',
  member: true,
  at: '2030-01-01T10:00:00Z',
  url: null,
  path: 'src/app.js',
  line: 3,
  text: 'Say why.\u001b[31m',
  ...over,
});

interface Asked {
  readonly taken: TakeFeedback[];
  readonly stored: Feedback[];
  readonly said: string;
  readonly code: number;
}

async function run(
  script: {
    readonly items?: readonly FeedbackItem[];
    readonly status?: Partial<ObjectiveStatus>;
    readonly failure?: ForgeFailure;
    readonly forge?: ReturnType<FindForge>;
  },
  flags: Readonly<Record<string, unknown>> = {},
): Promise<Asked> {
  const taken: TakeFeedback[] = [];
  const stored: Feedback[] = [];
  const department = {
    snapshot: () =>
      Promise.resolve(status({ delivery: { ...delivery, pullRequest: PULL_REQUEST }, ...script.status })),
    takeFeedback: ({ payload }: { payload: TakeFeedback }) => {
      taken.push(payload);
      return Promise.resolve({ applied: true, message: 'taken up again', takenUp: true });
    },
    hasWorker: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
  const server = {
    kind: 'configured',
    openDepartment: () => Promise.resolve(department),
    release: () => Promise.resolve(),
  };
  const readFeedback = (): Promise<unknown> =>
    script.failure === undefined
      ? Promise.resolve({ items: script.items ?? [], notes: [] })
      : Promise.reject(script.failure);
  const services = {
    useServerWithHistory: () => Promise.resolve(server),
    findForge: () => Promise.resolve(() => script.forge ?? { kind: 'forge', forge: { readFeedback } }),
    blobs: () =>
      Promise.resolve({
        put: (text: string) => {
          stored.push(Feedback.parse(JSON.parse(text)));
          return Promise.resolve('c'.repeat(64));
        },
      }),
  } as unknown as CommandContext['services'];
  const people = captureTerminal();
  const code = await feedback.run(
    {
      terminal: people.terminal,
      environment: readEnvironment({ USER: 'ann' }),
      home: { home: '/nowhere', cache: '/nowhere' },
      services,
      signal: new AbortController().signal,
      cwd: '/',
      call: byName,
    },
    [ID],
    flags,
  );
  return { taken, stored, said: people.out(), code };
}

test('what is new is shown, stored and taken; it says how it goes on', async () => {
  const { taken, stored, said } = await run({
    items: [comment(1), comment(2)],
    status: { feedback: [{ key: 'github:review-comment:1', taskId: 'backend-T009' }] },
  });
  expect(taken).toEqual([{ feedback: 'c'.repeat(64), keys: ['github:review-comment:2'], by: 'ann@cli' }]);
  expect(stored[0]?.items.map(({ key }) => key)).toEqual(['github:review-comment:2']);
  expect(said).toMatch(/review-comment by ada src\/app\.js:3[^]*\| Say why\.[^]*attach/);
  expect(said).not.toContain('\u001b');
});

test('what strangers wrote is shown and left out, unless all is asked for', async () => {
  const items = [comment(1, { member: false, author: 'stranger' })];
  const shown = await run({ items });
  expect(shown.taken).toEqual([]);
  expect(shown.said).toMatch(/left out, not of the repository; --all takes it/);
  expect((await run({ items }, { all: true })).taken).toHaveLength(1);
});

test('--show takes nothing', async () => {
  const { taken, said } = await run({ items: [comment(1)] }, { show: true });
  expect(taken).toEqual([]);
  expect(said).toContain('Shown only');
});

test('no more is taken than one message holds', async () => {
  const { taken, said } = await run({ items: Array.from({ length: 23 }, (_, id) => comment(id + 1)) });
  expect(taken[0]?.keys).toHaveLength(20);
  expect(said).toContain('3 more are left for the next time');
});

const asking = {
  forge: 'GitHub',
  repository: 'acme/orders',
  step: 'reading reviews',
  token: 'GITHUB_TOKEN',
  secret: 's',
};
const answer = (status: number): Parameters<typeof failureOf>[1] => ({
  status,
  header: () => undefined,
  said: '',
});

test.each<[string, Parameters<typeof run>[0], RegExp]>([
  [
    'a forge that is down and that nobody but the reader tries again',
    { failure: failureOf(asking, answer(502)) },
    /GitHub answered 502 while reading reviews; try again later\.$/,
  ],
  [
    'a forge that cannot be reached',
    { failure: unreachable(asking, new Error('no route')) },
    /did not answer while reading reviews \(no route\); try again later\.$/,
  ],
  [
    'a rate limit',
    { failure: failureOf(asking, answer(429)) },
    /limits the rate of this token while reading reviews; try again in 60 s\.$/,
  ],
  [
    'no pull request',
    { status: { delivery: { ...delivery, pullRequestNote: 'x is pushed, but set GITHUB_TOKEN.' } } },
    /has no pull request \(x is pushed, but set GITHUB_TOKEN\.\); --pr of start-objective opens one/,
  ],
  ['no token', { forge: { kind: 'none', why: 'set GITHUB_TOKEN' } }, /cannot be read: set GITHUB_TOKEN\.$/],
  [
    'a forge that refuses',
    { failure: new ForgeFailure('Forge.Refused', 'GitHub does not know the token.') },
    /cannot be read: GitHub does not know the token\.$/,
  ],
])('%s is one sentence with code 2', async (_, script, sentence) => {
  await expect(run(script)).rejects.toMatchObject({
    message: expect.stringMatching(sentence) as string,
    exitCode: 2,
  });
});

// Needs no server.
import { deploymentWatchId } from '../../src/domain/deployment/deployment-watch';
import { askAboutChecks } from '../../src/domain/deployment/watch-questions';
import { newTally } from '../../src/domain/deployment/watch-samples';
import type { News } from '../../src/domain/notification/news';
import { NotificationSettings } from '../../src/domain/notification/notification-settings';
import { findRoute } from '../../src/inbox/routes';
import { composeNotification } from '../../src/notify/compose';
import { OWNER, question } from './news';

const { question: asked, ...bare } = question;
const compose = (
  news: Partial<News>,
  links: object,
  owner: string = OWNER,
): ReturnType<typeof composeNotification> =>
  composeNotification(
    { ...bare, ...news },
    {
      settings: NotificationSettings.parse({ links }),
      owner,
      webUi: { address: 'http://127.0.0.1:8233', namespace: 'default' },
    },
  );

describe('the link to the inbox', () => {
  const base = 'https://inbox.example.com/';
  const [q, plan, contract] = ['backend-T001-E1', 'plan', 'openapi'];
  it.each<[string, Partial<News>, string]>([
    ['of a question', { kind: 'escalation', subject: q, question: asked }, `/questions/${q}`],
    ['of a reminder', { kind: 'reminder', subject: q, question: asked }, `/questions/${q}`],
    ['of a reminder of a question that is closed', { kind: 'reminder', subject: q }, ''],
    ['of a plan', { kind: 'plan-review', subject: plan }, '/plan'],
    ['of a reminder of a plan', { kind: 'reminder', subject: plan }, '/plan'],
    ['of a contract', { kind: 'contract-review', subject: contract }, `/contracts/${contract}`],
    ['of a reminder of a contract', { kind: 'reminder', subject: contract }, `/contracts/${contract}`],
    ['of a contract called plan', { kind: 'contract-review', subject: plan }, '/contracts/plan'],
    [
      'of a reminder of a contract called plan',
      { kind: 'reminder', subject: plan, review: 'contract' },
      '/contracts/plan',
    ],
    ['of a decision', { kind: 'decided', subject: q }, ''],
    ['of an end', { kind: 'ended', subject: 'objective' }, ''],
  ])('%s leads to the page where it is answered or read', (_what, news, path) => {
    const { inbox } = compose(news, { inbox: base }).links;
    expect(inbox).toBe(`https://inbox.example.com/objectives/${OWNER}${path}`);
    const found = findRoute(new URL(inbox ?? '').pathname);
    expect(found?.params.id).toBe(OWNER);
    expect(found?.route.show).toBeDefined();
  });

  it('of a question about a deployment leads to that, too', () => {
    const owner = deploymentWatchId(OWNER);
    const news = { kind: 'escalation', subject: 'objective-E1', question: { ...asked!, id: 'objective-E1' } };
    const { inbox } = compose(news as Partial<News>, { inbox: base }, owner).links;
    expect(findRoute(new URL(inbox ?? '').pathname)?.params).toMatchObject({
      id: owner,
      question: 'objective-E1',
    });
  });

  it('is none where no inbox is named', () => {
    expect(compose({}, {}).links.inbox).toBeNull();
  });

  it('stays below the path the inbox is reached by', () => {
    const { inbox } = compose(
      { kind: 'plan-review', subject: 'plan' },
      { inbox: 'https://a.example/in' },
    ).links;
    expect(inbox).toBe(`https://a.example/in/objectives/${OWNER}/plan`);
  });
});

it('of a question about a deployment nothing is told that the repository says, such as what its checks are called', () => {
  const names = ['errors of the secret product'];
  const { escalation: breach } = askAboutChecks('breach', [newTally({ name: names[0]! })], {
    number: 1,
    raisedAt: question.at,
    input: {
      rollback: ['npm run undo-the-secret'],
      settings: { hours: 1, everyMinutes: 5, breaches: 1, checks: [] },
    },
    deployment: { environment: 'prod', commit: 'a'.repeat(40), deployedAt: question.at, by: 'ada' },
  });
  const news = { kind: 'escalation', subject: breach.id, question: breach } as const;
  const told = compose(news, {}, deploymentWatchId(OWNER));
  expect(told.options.map(({ label }) => label)).toEqual([
    'Roll back',
    'Go on watching',
    'Accept it and go on without these',
  ]);
  expect(JSON.stringify(told)).not.toContain('secret');
});

it('what logs somebody in is in no link, also where it was copied into the settings', () => {
  const { links } = compose(
    { kind: 'plan-review', subject: 'plan' },
    {
      inbox: 'https://ada:pass-word-1@inbox.example.com/enter?token=one-time-token#there',
      webUi: 'https://ada:pass-word-1@temporal.example.com/?token=another',
    },
  );
  expect(links).toEqual({
    inbox: `https://inbox.example.com/objectives/${OWNER}/plan`,
    webUi: `https://temporal.example.com/namespaces/default/workflows/${OWNER}`,
  });
});

it.each([
  ['plan', [`plan ${OWNER}`, `plan ${OWNER} approve`]],
  ['openapi', [`contract ${OWNER} openapi`, `contract ${OWNER} openapi --approve`]],
])('a reminder of a review says how to give it: %s', (subject, words) => {
  const { commands } = compose({ kind: 'reminder', subject }, {});
  expect(commands).toEqual(words.map((word) => `npm run ${word.replace(' ', ' -- ')}`));
});

it.each<[string, Partial<News>]>([
  ['its review', { kind: 'contract-review' }],
  ['a reminder of it', { kind: 'reminder', review: 'contract' }],
])('for a contract that is called plan, %s names the commands of the contract', (_what, news) => {
  expect(compose({ ...news, subject: 'plan' }, {}).commands).toEqual([
    `npm run contract -- ${OWNER} plan`,
    `npm run contract -- ${OWNER} plan --approve`,
  ]);
});

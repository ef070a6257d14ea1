// Needs no server but one of its own on the loopback interface.
import type { News } from '../../src/domain/notification/news';
import { Notification, notificationLines } from '../../src/domain/notification/notification';
import { slackMessage } from '../../src/notify/slack';
import { openEndpoint, type Endpoint } from './endpoint';
import { notificationsOf, question, tell } from './news';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint((response) => response.writeHead(204).end());
});
afterEach(() => endpoint.close());

/** What a webhook is sent of news. */
async function told(news: News): Promise<Notification> {
  const webhooks = [{ name: 'ops', url: endpoint.url, allowPrivate: true }];
  await tell(notificationsOf({ webhooks }), 'webhook:ops', news);
  return Notification.parse(JSON.parse(endpoint.received.at(-1)!.body));
}

describe('whom something is for', () => {
  const defaultAt = '2030-01-01T10:01:00.000Z';
  const asked = { ...question.question!, for: 'security (lin)', defaultAt };

  it('is told with a question, and what silence decides when', async () => {
    const sent = await told({ ...question, question: asked });
    expect(sent).toMatchObject({ for: 'security (lin)', defaultAt });
    const lines = notificationLines(sent);
    expect(lines).toContain('For: security (lin)');
    expect(lines).toContain('Without an answer: retry at 2030-01-01 10:01 UTC');
    const slack = JSON.stringify(slackMessage(sent));
    expect(slack).toContain('*For*\\nsecurity (lin)');
    expect(slack).toContain('*Without an answer*\\nretry at 2030-01-01 10:01 UTC');
  });

  it('is told with a review, and with nothing that is for anyone', async () => {
    const { question: _asked, ...bare } = question;
    const review: News = { ...bare, kind: 'plan-review', subject: 'plan', for: 'architect (sam)' };
    expect(await told(review)).toMatchObject({ subject: 'plan', for: 'architect (sam)' });
    const second = await told(question);
    expect(second).not.toHaveProperty('for');
    expect(second).not.toHaveProperty('defaultAt');
  });
});

// Needs no server but one of its own on the loopback interface.
import { z } from 'zod';
import type { News } from '../../src/domain/notification/news';
import { openEndpoint, type Endpoint } from './endpoint';
import { notificationsOf, OWNER, question, QUOTED, SECRET, tell } from './news';

const plain = (most: number): z.ZodType =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most) });
const mrkdwn = (most: number): z.ZodType =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(most), verbatim: z.literal(true) });
/**
 * As Slack documents incoming webhooks and these blocks: header, section, context. Without `verbatim` it would make links
 * and mentions of plain text ("Text object").
 */
const Message = z.strictObject({
  text: z.string().min(1).max(40_000),
  blocks: z
    .array(
      z.union([
        z.strictObject({ type: z.literal('header'), text: plain(150) }),
        z.strictObject({ type: z.literal('section'), text: mrkdwn(3000) }),
        z.strictObject({ type: z.literal('section'), fields: z.array(mrkdwn(2000)).min(1).max(10) }),
        z.strictObject({ type: z.literal('context'), elements: z.array(mrkdwn(3000)).min(1).max(10) }),
      ]),
    )
    .min(1)
    .max(50),
});

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint((response) => response.end('ok'));
});
afterEach(() => endpoint.close());

async function message(news: News, more: object = {}): Promise<string> {
  const webhooks = [
    { name: 'team', urlEnv: 'COORDINATOR_NOTIFY_SLACK', format: 'slack', allowPrivate: true },
  ];
  const on = notificationsOf({ webhooks, ...more }, { COORDINATOR_NOTIFY_SLACK: endpoint.url });
  expect(await tell(on, 'webhook:team', news)).toMatchObject({ delivery: 'delivered' });
  const { body } = endpoint.received.at(-1)!;
  Message.parse(JSON.parse(body));
  return body;
}

test('a question is a message Slack takes, with the command that answers and a link to the Web UI', async () => {
  const text = await message(question, { links: { inbox: 'http://127.0.0.1:8320/' } });
  expect(text).toContain(`\`npm run resolve -- ${OWNER} backend-T001-E1 --decision retry --option retry\``);
  expect(text).toContain(`--guidance \\"&lt;why&gt;\\"`);
  expect(text).toContain(
    `<http://127.0.0.1:8233/namespaces/default/workflows/${OWNER}|Open in the Temporal Web UI>`,
  );
  expect(text).toContain(
    `<http://127.0.0.1:8320/objectives/${OWNER}/questions/backend-T001-E1|Open in the inbox>`,
  );
  expect(text).not.toContain(QUOTED);
});

test('what is quoted mentions nobody, links nowhere, formats nothing and holds no secret', async () => {
  const asked = question.question!;
  const hostile = { ...asked, question: '<!channel> <https://evil.example|log in> *bold* `code` & more' };
  const text = await message({ ...question, question: hostile }, { details: true });
  expect(text).toContain('&lt;!channel&gt;');
  expect(text).toContain('&amp; more');
  expect(text).not.toMatch(/<!channel|<https:\/\/evil|\*bold\*|`code`/);
  expect(text).not.toContain(SECRET);
  expect(text).toContain('const total = lines.reduce(sum);');
});

test('the longest question there can be fits', async () => {
  const asked = question.question!;
  const long = {
    ...asked,
    question: '&'.repeat(2000),
    evidence: Array(4).fill('<*>'.repeat(200)) as string[],
  };
  const options = Array.from({ length: 8 }, (_, index) => ({
    ...asked.options[0]!,
    id: `option-${String(index)}`,
    label: '&'.repeat(300),
  }));
  await message({ ...question, question: { ...long, options } }, { details: true });
});

test.each(['plan-review', 'contract-review', 'reminder', 'decided', 'ended'] as const)(
  'news of the kind %s are a message Slack takes',
  async (kind) => {
    const { question: _question, ...bare } = question;
    const more = {
      'plan-review': { subject: 'plan' },
      'contract-review': { subject: 'orders-api' },
      reminder: { question: question.question },
      decided: { decision: { decision: 'retry', by: 'ada <@U1>' } },
      ended: { subject: 'objective', outcome: 'delivered' },
    } as const;
    const text = await message({ ...bare, kind, ...more[kind] });
    expect(text).not.toContain('<@U1>');
  },
);

test('what Slack says is wrong is told, and its address is not', async () => {
  await endpoint.close();
  endpoint = await openEndpoint((response) => response.writeHead(404).end('no_service'));
  const webhooks = [
    { name: 'team', urlEnv: 'COORDINATOR_NOTIFY_SLACK', format: 'slack', allowPrivate: true },
  ];
  const on = notificationsOf({ webhooks }, { COORDINATOR_NOTIFY_SLACK: endpoint.url });
  const failed = String(await tell(on, 'webhook:team'));
  expect(failed).toContain('answered 404 (no_service)');
  expect(failed).not.toContain('in-the-address');
});

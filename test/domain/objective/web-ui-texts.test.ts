// Needs nothing.
import type { z } from 'zod';
import { MESSAGE_SCHEMAS } from '../../../scripts/write-schemas';
import { answerPayload } from '../../../src/domain/escalation/answer-payload';
import { questionOfSpentBudget, questionOfTaskBudget, raise } from '../../../src/domain/escalation/questions';
import { ReviewPlan, SetBudget } from '../../../src/domain/objective/messages';
import { progressOf } from '../progress';
import { BlobRef } from '../../../src/domain/common/blob';
import { ResolveEscalation } from '../../../src/domain/escalation/escalation';
import { MESSAGE_DESCRIPTIONS } from '../../../src/domain/objective/message-descriptions';
import { objectiveMarkdown } from '../../../src/domain/objective/objective-markdown';
import { repositoryMarkdown } from '../../../src/domain/coordination/repository-markdown';
import { NO_USAGE } from '../../../src/domain/usage/usage';
import { taskId } from '../tasks';
import { escalation, ID, status, task } from '../../cli/fixtures';

test.each(Object.entries(MESSAGE_DESCRIPTIONS))(
  'the description of %s names every field it takes, those it can do without with a question mark',
  (name, text) => {
    const { shape } = MESSAGE_SCHEMAS[name as keyof typeof MESSAGE_SCHEMAS];
    const named = [...text.matchAll(/"(\w+)"(\??)/g)].filter(([, key = '']) => key in shape);
    // Nobody makes a proof by hand.
    const { proof: _proof, ...byHand } = { proof: null, ...shape };
    const expected = Object.entries(byHand).map(([key, field]) => [
      key,
      (field as z.ZodType).safeParse(undefined).success,
    ]);
    expect(named.map(([, key, mark]) => [key, mark === '?']).sort()).toEqual(expected.sort());
  },
);

test('an open question stands with what it is about, since when, and for each option the JSON that answers it', () => {
  const text = objectiveMarkdown(status({ state: 'awaiting-human', escalations: [escalation()] }));
  expect(text).toContain('### backend-T001-E1 waits for a human since 2030-01-01 00:01:00 UTC');
  expect(text).toContain('- src/auth/store.js:12');
  const answers = [...text.matchAll(/Signal `resolveEscalation`, data `([^`]+)`/g)].map(
    ([, json = '']) => json,
  );
  expect(answers).toHaveLength(2);
  for (const json of answers) {
    // As it stands nobody has said who decides.
    expect(ResolveEscalation.safeParse(JSON.parse(json)).success).toBe(false);
    const filled = json.replace('"by":""', '"by":"ada"').replace('"guidance":""', '"guidance":"a reason"');
    expect(ResolveEscalation.parse(JSON.parse(filled))).toMatchObject({ by: 'ada' });
  }
  expect(text).toContain(
    `\`backend-coordinator resolve ${ID} backend-T001-E1 --decision retry --option retry\``,
  );
});

test('for whom a question and a review are, and what silence decides when, stands with them', () => {
  const asked = escalation({ for: 'security (lin, ada)', defaultAt: '2030-01-01T10:01:00.000Z' });
  const text = objectiveMarkdown(
    status({
      state: 'awaiting-human',
      escalations: [asked],
      tasks: [task({ state: 'suspended', waitingFor: 'contract:openapi' })],
      reviewers: { contract: 'architect (sam)' },
    }),
  );
  expect(text).toContain(
    'for security (lin, ada) · without an answer retry is taken at 2030-01-01 10:01 UTC',
  );
  expect(text).toContain('### Contract openapi waits to be reviewed, for architect (sam)');
  expect(objectiveMarkdown(status({ escalations: [escalation()] }))).not.toMatch(/without an answer|for sec/);
});

test('accepting asks for a reason, reassigning for somebody', () => {
  expect(answerPayload({ id: 'E1' }, { id: 'a', decision: 'accept' })).toMatchObject({ guidance: '' });
  expect(answerPayload({ id: 'E1' }, { id: 'r', decision: 'reassign' })).toMatchObject({ assignee: '' });
});

test('raising a spent budget stands with the message that raises it, and its 0 is refused as it stands', () => {
  const at = { raisedAt: '2030-01-01T00:00:00.000Z' };
  const ofTask = { ...progressOf(), usage: NO_USAGE };
  const { id } = ofTask.task;
  const text = objectiveMarkdown(
    status({
      escalations: [
        raise(questionOfSpentBudget(1, 0.9), { ...at, id: 'objective-E1', ofObjective: true }),
        raise(questionOfTaskBudget(ofTask, { step: ofTask.step, level: 0 }), {
          ...at,
          id: `${id}-E1`,
          ofObjective: false,
        }),
      ],
    }),
  );
  expect(text).not.toContain('"option":"raise"');
  const budget = /Signal `setBudget`, data `([^`]+)`, with the new budget/.exec(text)?.[1] ?? '';
  const edit = /Signal `reviewPlan`, data `([^`]+)`, with the new budget/.exec(text)?.[1] ?? '';
  const filled = (json: string): unknown =>
    JSON.parse(json.replace('"usd":0', '"usd":3').replace('"by":""', '"by":"ada"'));
  expect(SetBudget.safeParse(JSON.parse(budget.replace('"by":""', '"by":"ada"'))).success).toBe(false);
  expect(SetBudget.parse(filled(budget))).toEqual({ usd: 3, by: 'ada' });
  expect(ReviewPlan.safeParse(JSON.parse(edit.replace('"by":""', '"by":"ada"'))).success).toBe(false);
  expect(ReviewPlan.parse(filled(edit))).toMatchObject({
    decision: 'edit',
    patch: [{ op: 'budget', taskId: id, usd: 3 }],
  });
  expect(text).toContain(`\`backend-coordinator budget ${ID} --usd "<usd>"\``);
  // The other options are answers as ever.
  expect(text).toContain('"option":"cheaper"');
});

test('cost is told against the budget, and as an estimate without a charge for the offline model', () => {
  const usage = { ...NO_USAGE, requests: 3, input: 1200, output: 340 };
  expect(objectiveMarkdown(status({ usage }))).toContain(
    'Cost: 1200 tokens in, 340 out, 3 requests, estimates of the offline model; no charge',
  );
  const live = status({ model: { kind: 'anthropic' }, usage: { ...usage, usd: 1.234 }, reservedUsd: 0.5 });
  expect(objectiveMarkdown(live)).toContain(
    'Cost: 1.23 USD of 10.00 USD · 0.50 USD held for what runs now · 1200 tokens in',
  );
});

test('a contract to review, a plan to approve and a pause say which signal goes on', () => {
  const text = objectiveMarkdown(
    status({
      state: 'awaiting-approval',
      plan: { version: 2, ref: BlobRef.parse('0'.repeat(64)) },
      tasks: [task({ waitingFor: 'contract:openapi' })],
    }),
  );
  expect(text).toContain('`{"contract":"openapi","decision":"approve","by":""}`');
  expect(text).toContain('`{"decision":"approve","baseVersion":2,"by":""}`');
  expect(objectiveMarkdown(status({ state: 'paused' }))).toContain('Signal `resume`, data `{"by":""}`');
});

test('a message that was ignored is told, since a signal has no answer', () => {
  const ignored = [{ at: '2030-01-01T00:02:00.000Z', name: 'resolve`x', reason: 'by: <too small>' }];
  expect(objectiveMarkdown(status({ ignored }))).toContain(
    '- 2030-01-01 00:02:00 UTC `resolve x`: by: &lt;too small>',
  );
});

test('words of a model neither open code nor become HTML', () => {
  const asked = escalation({ question: 'Is `<script>` | fine?\n# no' });
  const text = objectiveMarkdown(status({ escalations: [asked] }));
  expect(text).toContain('Is \\`&lt;script>\\` \\| fine? # no');
});

test('the entity of a repository tells who holds what, who waits, and which numbers are taken', () => {
  const claim = { paths: [], tables: [], endpoints: [], seq: 1 };
  const text = repositoryMarkdown(
    { repository: 'git.example/shop', lasting: true },
    {
      lastSeq: 2,
      folders: [
        {
          dir: 'migrations',
          floor: 2,
          reservations: [
            { objectiveId: ID, taskId: task().id, identifier: '0003', value: 3, state: 'reserved' },
          ],
        },
      ],
      objectives: [
        {
          objectiveId: ID,
          claims: [
            { ...claim, taskId: task().id, granted: true },
            { ...claim, taskId: taskId(2), granted: false },
          ],
        },
      ],
    },
  );
  expect(text).toContain(`| ${ID} | backend-T001 | backend-T002 |`);
  expect(text).toContain(`| migrations | 0003 | backend-T001 of ${ID} | reserved |`);
});

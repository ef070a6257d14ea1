// Needs no server.
import { waitingOf } from '../../src/inbox/overview';
import { questionPage } from '../../src/inbox/pages/question';
import { waitingList } from '../../src/inbox/pages/waiting';
import { escalation, ID, status } from '../cli/fixtures';

const asked = escalation({ for: 'security (lin, ada)', defaultAt: '2030-01-01T10:01:00.000Z' });
const NOW = '2030-01-01T00:05:00.000Z';

const page = (question: typeof asked): string =>
  questionPage({
    question: {
      id: question.id,
      owner: ID,
      title: 'Add login',
      escalation: question,
      decision: null,
      task: null,
      failing: null,
      notes: [],
      roster: [],
      precedents: [],
      diff: null,
      standing: null,
      now: NOW,
    },
    by: 'ada',
    csrf: 'token',
    notice: null,
    refused: null,
    draft: { guidance: '', assignee: '', usd: '' },
    confirm: null,
  });

test('the page of a question says for whom it is, and what silence decides when', () => {
  expect(page(asked)).toContain('for security (lin, ada)');
  expect(page(asked)).toContain('without an answer retry is taken at 2030-01-01 10:01 UTC');
  expect(page(escalation())).not.toMatch(/for security \(|without an answer/);
});

test('the list of what waits says it of questions and reviews', () => {
  const waiting = waitingOf(
    status({
      state: 'awaiting-approval',
      escalations: [asked],
      reviewers: { plan: 'architect (sam)' },
      plan: { version: 1, ref: 'a'.repeat(64) },
    }),
  );
  const text = waitingList(waiting, NOW, { named: true }).toString();
  for (const line of [
    'for security (lin, ada)',
    'retry is taken at 2030-01-01 10:01 UTC',
    'for architect (sam)',
  ])
    expect(text).toContain(line);
});

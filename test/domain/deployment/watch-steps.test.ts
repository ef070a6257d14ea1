// Needs no server.
import { WatchCheck } from '../../../src/domain/coordination/coordination-settings';
import { askAboutChecks } from '../../../src/domain/deployment/watch-questions';
import { Escalation } from '../../../src/domain/escalation/escalation';
import {
  addSample,
  newTally,
  sampleOf,
  unansweredSample,
} from '../../../src/domain/deployment/watch-samples';
import {
  isSameDeployment,
  nextStep,
  PATIENCE_MS,
  type WatchProgress,
} from '../../../src/domain/deployment/watch-steps';

const report = { environment: 'prod', commit: 'a'.repeat(40), deployedAt: '2030-01-01T00:00:00Z', by: 'ada' };
const HOUR = 3_600_000;
const tally = newTally({ name: 'errors' });
const progress: WatchProgress = {
  since: 0,
  deployment: { report, from: 0, until: HOUR },
  nextRound: 0,
  tallies: [tally],
  open: [],
  breached: false,
  rolledBack: false,
};
const question = askAboutChecks('breach', [tally], {
  number: 1,
  raisedAt: '2030-01-01T00:00:00.000Z',
  input: { rollback: [], settings: { hours: 1, everyMinutes: 5, breaches: 1, checks: [] } },
  deployment: report,
});

test.each<[string, Partial<WatchProgress>, number, object]>([
  ['waits for a report', { deployment: null }, HOUR, { kind: 'wait', ms: PATIENCE_MS - HOUR }],
  ['gives up on a report', { deployment: null }, PATIENCE_MS, { kind: 'end', outcome: 'not-reported' }],
  ['asks at once', {}, 0, { kind: 'round' }],
  ['waits for the next round', { nextRound: 500 }, 100, { kind: 'wait', ms: 400 }],
  ['makes up a late round', { nextRound: 500 }, 2 * HOUR, { kind: 'round' }],
  ['waits to the end', { nextRound: HOUR }, HOUR - 10, { kind: 'wait', ms: 10 }],
  ['holds no round back for a question', { open: [question] }, 0, { kind: 'round' }],
  ['waits for an answer', { nextRound: HOUR, open: [question] }, HOUR, { kind: 'wait', ms: PATIENCE_MS }],
  ['ends without answers', { nextRound: HOUR }, HOUR, { kind: 'end', outcome: 'not-watched' }],
  [
    'ends quiet',
    { nextRound: HOUR, tallies: [{ ...tally, worst: 1 }] },
    HOUR,
    { kind: 'end', outcome: 'quiet' },
  ],
  ['ends breached', { nextRound: HOUR, breached: true }, HOUR, { kind: 'end', outcome: 'breached' }],
  [
    'ends when all is accepted',
    { tallies: [{ ...tally, accepted: true }], breached: true },
    1,
    { kind: 'end', outcome: 'breached' },
  ],
  ['ends rolled back', { rolledBack: true, open: [question] }, 0, { kind: 'end', outcome: 'rolled-back' }],
])('a watch %s', (_, over, now, step) => {
  expect(nextStep({ ...progress, ...over }, now)).toEqual(step);
});

test('the worst value is the one furthest beyond either side of a limit', () => {
  const limit = { min: 1, max: 5 };
  const check = { name: 'errors', limit };
  const after = (...values: readonly number[]) =>
    values.reduce((at, value) => addSample(at, limit, sampleOf(check, value)), tally);
  expect(after(3, 6, -4, 7)).toMatchObject({ worst: -4, breaches: 3, breachesInRow: 3, asked: 4 });
  expect(after(3, 2)).toMatchObject({ worst: 2, breaches: 0 });
  expect(sampleOf(check, 5)).toMatchObject({ verdict: 'within', text: '5, at least 1 and at most 5' });
  expect(sampleOf(check, 6)).toMatchObject({ verdict: 'breach', text: '6, wanted at least 1 and at most 5' });
});

test('a check that could not be asked neither ends nor lengthens a row of breaches', () => {
  const limit = { max: 5 };
  const check = { name: 'errors', limit };
  const breach = addSample(tally, limit, sampleOf(check, 9));
  const silent = addSample(breach, limit, unansweredSample(check, 'nobody'));
  expect(silent).toMatchObject({ breachesInRow: 1, unansweredInRow: 1, worst: 9 });
});

test('fifty long checks and twelve long commands make a question that fits', () => {
  const checks = Array.from({ length: 50 }, (_, index) =>
    WatchCheck.parse({
      kind: 'http',
      name: `n${index}${'x'.repeat(50)}`,
      url: 'http://a/',
      limit: { max: 1 },
    }),
  );
  const tallies = checks.map((check) => addSample(newTally(check), check.limit, sampleOf(check, 2)));
  const { escalation, checks: names } = askAboutChecks('breach', tallies, {
    number: 7,
    raisedAt: '2030-01-01T00:00:00.000Z',
    input: {
      rollback: Array.from({ length: 12 }, () => 'r'.repeat(500)),
      settings: { hours: 1, everyMinutes: 5, breaches: 1, checks },
    },
    deployment: report,
  });
  expect(() => Escalation.parse(escalation)).not.toThrow();
  expect(names).toHaveLength(50);
  expect(escalation).toMatchObject({ id: 'deployment-E7', recommended: 'roll-back' });
});

test('an abbreviated commit in the same environment is the same deployment', () => {
  expect(isSameDeployment(report, { ...report, commit: 'a'.repeat(12), by: 'bob' })).toBe(true);
  expect(isSameDeployment(report, { ...report, environment: 'staging' })).toBe(false);
  expect(isSameDeployment(report, { ...report, commit: 'b'.repeat(40) })).toBe(false);
});

// Needs nothing: the ladder is pure.
import type { BreakingChange } from '../../../src/domain/contract/breaking-change';
import { breakingForHistory } from '../../../src/domain/contract/breaking-change';
import type { Decision } from '../../../src/domain/escalation/escalation';
import { isBlockedOutside, unreachableHosts } from '../../../src/domain/target/external-service';
import { deadlineConcern, forecast } from '../../../src/domain/objective/forecast';
import type { Finding } from '../../../src/domain/work/handoff';
import { afterAttempt, afterConsult, afterGate, afterReview } from '../../../src/domain/escalation/ladder';
import { climb } from '../../../src/domain/escalation/climb';
import { afterDecision } from '../../../src/domain/escalation/after-decision';
import type { TaskKind } from '../../../src/domain/plan/plan';
import type { Question, TaskProgress } from '../../../src/domain/work/task-progress';
import { NO_USAGE } from '../../../src/domain/usage/usage';
import { BLOB, gateOf, handedOff, progressOf } from '../progress';

const gone: BreakingChange = { kind: 'api', where: 'openapi.yaml: GET /a', what: 'the operation is gone' };
const dropped: BreakingChange = { kind: 'migration', where: 'm/2.up.sql', what: 'drops table orders' };

function asked(progress: TaskProgress): Question {
  if (progress.step.kind !== 'ask') throw new Error(`Nothing is asked, but ${progress.step.kind}`);
  return progress.step.question;
}
const decision = (changes: Partial<Decision>): Decision => ({
  escalationId: 'backend-T001-E1',
  decision: 'retry',
  option: null,
  guidance: null,
  assignee: null,
  by: 'ada',
  channel: 'update',
  decidedAt: '2026-01-01T00:00:00.000Z',
  ...changes,
});
const finding = (changes: Partial<Finding> = {}): Finding => ({
  severity: 'high',
  title: 'f',
  file: 'a.js',
  line: 1,
  detail: 'd',
  remedy: 'r',
  ...changes,
});

describe('breaking-change', () => {
  const broken = afterAttempt(progressOf(), handedOff({ breaking: [gone, dropped] }));

  it('is asked at level 4 before anything is checked, with the list as evidence', () => {
    const question = asked(broken);
    expect(broken.level).toBe(4);
    expect(question).toMatchObject({ reason: 'breaking-change', recommendation: 'additive' });
    expect(question.evidence).toEqual([
      '[api] openapi.yaml: GET /a: the operation is gone',
      '[migration] m/2.up.sql: drops table orders',
    ]);
    expect(question.options?.map((option) => [option.id, option.decision])).toEqual([
      ['additive', 'retry'],
      ['deprecate', 'retry'],
      ['new-version', 'retry'],
      ['reassign', 'reassign'],
      ['accept', 'accept'],
      ['skip', 'skip'],
      ['abort', 'abort'],
    ]);
  });

  it('offers ways of versioning for an API only', () => {
    const migration = asked(afterAttempt(progressOf(), handedOff({ breaking: [dropped] })));
    const ways = migration.options?.filter((option) => option.decision === 'retry');
    expect(ways?.map(({ id }) => id)).toEqual(['additive']);
  });

  it.each([
    ['deprecate', null, ['mark it as deprecated']],
    ['new-version', 'call it /v3', ['a new major version beside it', 'call it /v3']],
    ['additive', 'keep GET /a', ['keep GET /a']],
    ['additive', null, ['Find a way that only adds']],
  ])('tells the next attempt that the human chose %s and said %j', (option, guidance, told) => {
    const { step } = afterDecision(broken, asked(broken), decision({ option, guidance }));
    if (step.kind !== 'attempt' || step.prompt.kind !== 'guidance') throw new Error('no attempt follows');
    for (const text of [...told, 'openapi.yaml: GET /a: the operation is gone'])
      expect(step.prompt.text).toContain(text);
    expect(step.prompt.text.includes('deprecated')).toBe(option === 'deprecate');
  });

  it('retry tells the next attempt what breaks, and what still breaks is asked again', () => {
    const retried = afterDecision(broken, asked(broken), decision({}));
    expect(retried.step).toMatchObject({ kind: 'attempt', level: 4, start: { kind: 'continue' } });
    expect(JSON.stringify(retried.step)).toContain('drops table orders');
    expect(asked(afterAttempt(retried, handedOff({ breaking: [dropped] }))).evidence).toHaveLength(1);
    expect(afterAttempt(retried, handedOff()).step.kind).toBe('gate');
  });

  it('what was accepted is not asked again for that task; what is new is', () => {
    const accepted = afterDecision(broken, asked(broken), decision({ decision: 'accept', guidance: 'v2' }));
    expect(accepted.step.kind).toBe('gate');
    expect(accepted.waived).toEqual([]);
    expect(afterGate(accepted, gateOf()).step.kind).toBe('merge');
    expect(afterAttempt(accepted, handedOff({ breaking: [gone, dropped] })).step.kind).toBe('gate');
    const more = { ...gone, where: 'openapi.yaml: GET /b' };
    expect(asked(afterAttempt(accepted, handedOff({ breaking: [gone, more] }))).breaking).toEqual([more]);
  });

  it('is asked before the merge where findings were asked about first', () => {
    const found = afterAttempt(progressOf(), handedOff({ breaking: [gone], findings: [finding()] }));
    expect(asked(found).reason).toBe('security-concern');
    const accepted = afterDecision(found, asked(found), decision({ decision: 'accept', guidance: 'ok' }));
    expect(asked(afterGate(accepted, gateOf())).reason).toBe('breaking-change');
  });

  it('counts what is too much to be told, so that it is not accepted unseen', () => {
    const many = Array.from({ length: 14 }, (_, n) => ({ ...gone, where: `openapi.yaml: GET /${n}` }));
    const told = breakingForHistory(many);
    expect(told).toHaveLength(10);
    expect(told[9]).toMatchObject({ what: '5 more breaking changes' });
    expect(told[9]?.where).toContain('GET /13');
  });
});

describe('architectural-question', () => {
  it('is raised by a grave finding about the design, and security goes before it', () => {
    const ask = (...findings: Finding[]): Question =>
      asked(afterAttempt(progressOf(), handedOff({ findings })));
    expect(ask(finding({ about: 'architecture' }))).toMatchObject({
      reason: 'architectural-question',
      question: expect.stringContaining("a mismatch with the system's design of high severity"),
      evidence: [expect.stringContaining('[high, architecture]')],
    });
    expect(ask(finding({ about: 'architecture' }), finding()).reason).toBe('security-concern');
    expect(ask(finding()).reason).toBe('security-concern');
  });

  it('is not raised below high severity', () => {
    const slight = finding({ about: 'architecture', severity: 'medium' });
    expect(afterAttempt(progressOf(), handedOff({ findings: [slight] })).step.kind).toBe('gate');
  });
});

describe('a service outside the department', () => {
  it.each([
    ['connect ECONNREFUSED 10.0.0.5:5432', '10.0.0.5'],
    ['Error: connect ETIMEDOUT 2001:db8::7:443', '2001:db8::7'],
    ['getaddrinfo EAI_AGAIN payments.internal', 'payments.internal'],
    ['getaddrinfo ENOTFOUND payments.internal payments.internal:443', 'payments.internal'],
    ['could not translate host name "db" to address', 'db'],
    ['connection to server at "db.prod" (10.1.1.1), port 5432 failed: Connection refused', 'db.prod'],
    ["HTTPSConnectionPool(host='api.stripe.com', port=443): Max retries exceeded", 'api.stripe.com'],
    ['java.net.UnknownHostException: mail.corp', 'mail.corp'],
    ['Connection to db.corp:5432 refused.', 'db.corp'],
    ['curl: (6) Could not resolve host: auth.corp', 'auth.corp'],
    ['curl: (7) Failed to connect to auth.corp port 443 after 3 ms', 'auth.corp'],
    ['dial tcp: lookup redis.corp on 1.1.1.1:53: no such host', 'redis.corp'],
    ['dial tcp 10.0.0.9:6379: connect: connection refused', '10.0.0.9'],
  ])('is named by %s', (output, host) => {
    expect(unreachableHosts(`not ok 1\n  ${output}\n`)).toEqual([host]);
  });

  it.each([
    'connect ECONNREFUSED 127.0.0.1:5432',
    'connect ECONNREFUSED ::1:5432',
    'connect ECONNREFUSED ::ffff:127.0.0.1:80',
    'connect ECONNREFUSED /tmp/.s.PGSQL.5432',
    'getaddrinfo ENOTFOUND nowhere.invalid',
    'Connection to localhost:5432 refused',
    'expected 200, got 503',
  ])('is not on this machine: %s', (output) => {
    expect(unreachableHosts(output)).toEqual([]);
  });

  const red = (excerpt: string) => ({ kind: 'red' as const, red: [{ subject: 'tests' as const, excerpt }] });
  const down = red('connect ECONNREFUSED 10.0.0.5:443');

  it('out of reach twice goes to the coordinator once, then to a human who is told the host', () => {
    const first = climb(progressOf({ commit: 'c'.repeat(40) }), down);
    expect(first.step).toMatchObject({ kind: 'attempt', level: 1 });
    const second = climb(first, down);
    expect(second.step.kind).toBe('review');
    const guided = afterReview(second, { action: 'guide', guidance: 'try again' });
    const third = climb(guided, down);
    expect(third.level).toBe(4);
    expect(asked(third)).toMatchObject({ reason: 'external-service-blocked', acceptable: true });
    expect(asked(third).evidence[0]).toBe('10.0.0.5 cannot be reached');
    expect(third.attemptCount).toBe(0);
  });

  it('another host, or none, is an ordinary failure', () => {
    const first = climb(progressOf(), down);
    expect(isBlockedOutside(red('connect ECONNREFUSED 10.0.0.6:443'), first.unreachable)).toBe(false);
    expect(climb(first, red('not ok 2')).step).toMatchObject({ kind: 'attempt', level: 1 });
  });

  it('that a specialist says it waits for is reviewed once, then asked about', () => {
    const unfinished = {
      outcome: 'unfinished' as const,
      reason: 'getaddrinfo ENOTFOUND sso.corp: no answer',
      concern: 'external' as const,
      transcript: BLOB,
      usage: NO_USAGE,
    };
    const first = afterAttempt(progressOf(), unfinished);
    expect(first.step.kind).toBe('review');
    const again = afterAttempt(afterReview(first, { action: 'guide', guidance: 'g' }), unfinished);
    expect(asked(again)).toMatchObject({
      reason: 'external-service-blocked',
      evidence: ['sso.corp cannot be reached', unfinished.reason],
      acceptable: false,
    });
  });

  it('that a specialist asks a peer about is never a consultation', () => {
    const suspended = {
      outcome: 'suspended' as const,
      on: { kind: 'consult' as const, question: { concern: 'external' as const, question: 'sso is down' } },
      transcript: BLOB,
      usage: NO_USAGE,
    };
    const first = afterAttempt(progressOf(), suspended);
    expect(first.step.kind).toBe('review');
    expect(() => afterConsult(first, { summary: 's', recommendations: ['r'], risks: [] })).toThrow();
    const guided = afterReview(first, { action: 'guide', guidance: 'g' });
    expect(asked(afterAttempt(guided, suspended)).reason).toBe('external-service-blocked');
  });

  it('still away after a human let it try again is asked about as that', () => {
    const blocked = { kind: 'unfinished' as const, reason: 'down', concern: 'external' as const };
    expect(asked(climb(progressOf({ level: 4 }), blocked)).reason).toBe('external-service-blocked');
  });
});

describe('the forecast', () => {
  const MINUTE = 60_000;
  const T0 = Date.parse('2026-01-01T00:00:00.000Z');
  const at = (minutes: number): string => new Date(T0 + minutes * MINUTE).toISOString();
  const task = (
    number: number,
    kind: TaskKind,
    span: readonly [number, number] | number | null,
    dependsOn: string[] = [],
  ): TaskProgress => {
    const base = progressOf({}, number);
    const [startedAt, endedAt] =
      span === null ? [null, null] : typeof span === 'number' ? [at(span), null] : [at(span[0]), at(span[1])];
    return {
      ...base,
      task: { ...base.task, kind, dependsOn },
      startedAt,
      endedAt,
      step: endedAt === null ? base.step : { kind: 'settled', state: 'merged' },
    };
  };
  const seen = (tasks: TaskProgress[], now: number, maxParallel = 4) =>
    forecast({ tasks, now: T0 + now * MINUTE, gateMs: MINUTE, maxParallel });

  it('is not made before a task is done', () => {
    expect(seen([task(1, 'schema', 0)], 5)).toBeNull();
    const skipped = { ...task(1, 'schema', [0, 5]), step: { kind: 'settled', state: 'skipped' } as const };
    expect(seen([skipped], 5)).toBeNull();
  });

  it('adds the medians along the critical path, by kind where two are known, and the checks', () => {
    const tasks = [
      task(1, 'schema', [0, 10]),
      task(2, 'schema', [0, 20]),
      task(3, 'implementation', [0, 2]),
      task(4, 'schema', null, ['backend-T001']),
      task(5, 'implementation', null, ['backend-T004']),
      task(6, 'implementation', null, ['backend-T001']),
    ];
    // 15 by the kind's median, 10 by that of all, 1 for the checks.
    expect(seen(tasks, 20)).toEqual({
      finishAt: at(46),
      remainingMs: 26 * MINUTE,
      criticalPath: ['backend-T004', 'backend-T005'],
    });
  });

  it('counts what runs as far as it got, and work that cannot run side by side one after another', () => {
    const tasks = [task(1, 'schema', [0, 10]), task(2, 'schema', 10), task(3, 'schema', null)];
    expect(seen(tasks, 14)?.remainingMs).toBe(11 * MINUTE);
    expect(seen(tasks, 14, 1)?.remainingMs).toBe(17 * MINUTE);
    expect(seen([task(1, 'schema', [0, 10])], 14)?.remainingMs).toBe(MINUTE);
  });

  it('is asked about once per deadline, and again when it changed or grew by more than a quarter', () => {
    const of = (finish: number) => ({ finishAt: at(finish), remainingMs: 1, criticalPath: [] });
    const concern = (
      finish: number,
      deadline: number,
      asked: Parameters<typeof deadlineConcern>[0]['asked'],
    ) => deadlineConcern({ forecast: of(finish), deadline: at(deadline), startedAt: at(0), asked });
    expect(concern(100, 100, null)).toBeNull();
    const first = concern(101, 100, null);
    expect(first).toEqual({ deadline: at(100), totalMs: 101 * MINUTE });
    expect(concern(126, 100, first)).toBeNull();
    expect(concern(127, 100, first)).toEqual({ deadline: at(100), totalMs: 127 * MINUTE });
    expect(concern(101, 99, first)).not.toBeNull();
  });
});

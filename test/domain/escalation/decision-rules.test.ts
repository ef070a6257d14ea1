// Needs no server.
import { deciderOf, DecisionRules, refuseDecider } from '../../../src/domain/escalation/decision-rules';
import { precedentsOf } from '../../../src/domain/escalation/precedents';
import { GENESIS, type AuditEntry, type AuditLine } from '../../../src/domain/escalation/audit';
import { auditEntry, QUESTION } from '../../audit/entries';

const rules = DecisionRules.parse({
  people: { security: ['ada', 'grace'], dba: [] },
  who: {
    'security-concern': 'security',
    'database-design-conflict': 'dba',
    'gate-red': 'anyone',
    'plan-review': 'architect',
  },
});

describe('who may decide', () => {
  it('is anybody without rules, where they say so, and where they say nothing', () => {
    for (const [given, about] of [
      [null, 'security-concern'],
      [rules, 'gate-red'],
      [rules, 'unbuilt'],
    ] as const) {
      expect(deciderOf(given, about)).toBeNull();
      expect(refuseDecider(given, about, null)).toBeNull();
    }
  });

  it('is whoever has the role, and nobody who only says so', () => {
    expect(refuseDecider(rules, 'security-concern', 'ada')).toBeNull();
    expect(refuseDecider(rules, 'security-concern', 'eve')).toBe(
      'eve may not decide security-concern: it is for security (ada, grace)',
    );
    expect(refuseDecider(rules, 'security-concern', null)).toContain(
      'is for security (ada, grace): decide where',
    );
  });

  it('is nobody where the configuration names nobody', () => {
    expect(refuseDecider(rules, 'plan-review', 'ada')).toContain('names nobody for it');
    expect(refuseDecider(rules, 'database-design-conflict', 'ada')).toContain('names nobody for it');
  });
});

describe('precedents', () => {
  const lineOf = (seq: number, more: Partial<AuditEntry> = {}): AuditLine => ({
    kind: 'decision',
    ...auditEntry(`entry-${seq}`, more),
    seq,
    prev: GENESIS,
    hash: GENESIS,
  });
  const elsewhere = { repository: '/srv/other', repositoryLabel: 'other' };
  const objectives = (lines: readonly AuditLine[], repository: string | null = '/srv/shop'): string[] =>
    precedentsOf(lines, { trigger: 'security-concern', repository }).map((row) => row.objective);
  const of = (objective: string, more: Partial<AuditEntry> = {}): Partial<AuditEntry> => ({
    objective,
    ...more,
  });

  it('are of this repository first, newest first, and three at most', () => {
    const lines = [
      lineOf(1, of('a')),
      lineOf(2, of('b', elsewhere)),
      lineOf(3, of('c')),
      lineOf(4, of('d', elsewhere)),
    ];
    expect(objectives(lines)).toEqual(['c', 'a', 'd']);
    expect(objectives(lines, 'other')).toEqual(['d', 'b', 'c']);
    expect(objectives(lines, null)).toEqual(['d', 'c', 'b']);
  });

  it('are of the same trigger, on questions, and decided by people', () => {
    const other = { ...QUESTION, trigger: 'gate-red' as const };
    const lines = [
      lineOf(1, of('a', { saw: { kind: 'escalation', escalation: other } })),
      lineOf(2, of('b', { message: 'pause', decision: {}, saw: null })),
      lineOf(
        3,
        of('c', { who: { by: 'nobody decided within 4 h', person: null, via: null, channel: 'timer' } }),
      ),
      {
        kind: 'cut',
        at: '2026-11-23T13:00:00.000Z',
        bytes: 1,
        sha256: GENESIS,
        seq: 4,
        prev: GENESIS,
        hash: GENESIS,
      } as const,
    ];
    expect(objectives(lines)).toEqual([]);
  });

  it('tell what was asked, what was decided, and by whom', () => {
    expect(precedentsOf([lineOf(1)], { trigger: 'security-concern', repository: '/srv/shop' })).toEqual([
      {
        at: '2026-11-23T13:00:00.000Z',
        objective: 'objective-add-users-0a1b2c3d',
        repository: '/srv/shop',
        escalationId: 'backend-T001-E1',
        question: 'Shall the finding be mended?',
        decision: 'retry',
        option: 'mend',
        guidance: null,
        by: 'ada@cli',
        person: 'ada',
      },
    ]);
  });
});

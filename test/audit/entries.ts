import type { AuditEntry } from '../../src/domain/escalation/audit';
import type { Escalation } from '../../src/domain/escalation/escalation';

export const QUESTION: Escalation = {
  id: 'backend-T001-E1',
  level: 4,
  trigger: 'security-concern',
  question: 'Shall the finding be mended?',
  evidence: ['[high] tokens are stored in clear'],
  options: [
    { id: 'mend', label: 'Mend it', consequence: 'A task is added.', decision: 'retry' },
    { id: 'skip', label: 'Leave it out', consequence: 'It is skipped.', decision: 'skip' },
  ],
  recommended: 'mend',
  raisedAt: '2026-11-23T12:00:00.000Z',
};

export function auditEntry(id: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: '2026-11-23T13:00:00.000Z',
    objective: 'objective-add-users-0a1b2c3d',
    repository: '/srv/shop',
    repositoryLabel: '/srv/shop',
    message: 'resolveEscalation',
    who: { by: 'ada@cli', person: 'ada', via: 'cli', channel: 'update' },
    decision: { escalationId: QUESTION.id, decision: 'retry', option: 'mend' },
    saw: { kind: 'escalation', escalation: QUESTION },
    ...more,
  };
}

import { PassThrough } from 'node:stream';
import type { Escalation } from '../../src/domain/escalation/escalation';
import { ObjectiveStatus, TaskStatus } from '../../src/domain/objective/status';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { createTerminal, type Terminal } from '../../src/cli/terminal';

export const ID = 'objective-add-login-0123abcd';

export function task(over: Partial<TaskStatus> = {}): TaskStatus {
  return TaskStatus.parse({
    id: 'backend-T001',
    title: 'Design the contract',
    specialist: 'api-architect',
    kind: 'contract',
    priority: 'high',
    dependsOn: [],
    group: 1,
    state: 'running',
    level: 0,
    attempts: [],
    doing: '',
    startedAt: '2030-01-01T00:00:00.000Z',
    endedAt: null,
    waitingFor: null,
    firstGatePassed: null,
    commit: null,
    gate: null,
    usage: NO_USAGE,
    ...over,
  });
}

export function escalation(over: Partial<Escalation> = {}): Escalation {
  return {
    id: 'backend-T001-E1',
    level: 4,
    trigger: 'security-concern',
    question: 'Refresh tokens are stored in clear. What now?',
    evidence: ['src/auth/store.js:12'],
    options: [
      { id: 'retry', label: 'Mend it', consequence: 'one attempt more', decision: 'retry' },
      { id: 'accept', label: 'Accept it', consequence: 'waived', decision: 'accept' },
    ],
    recommended: 'retry',
    raisedAt: '2030-01-01T00:01:00.000Z',
    ...over,
  };
}

export function status(over: Partial<ObjectiveStatus> = {}): ObjectiveStatus {
  return ObjectiveStatus.parse({
    objectiveId: ID,
    objective: 'Add login',
    state: 'running',
    outcome: null,
    reason: null,
    repository: 'sample orders-service',
    baseCommit: 'a'.repeat(40),
    integrationHead: null,
    model: { kind: 'offline', playbook: 'auth', scenario: 'default' },
    sandbox: 'bubblewrap',
    stack: 'node',
    plan: null,
    tasks: [],
    escalations: [],
    decisions: [],
    gate: null,
    delivery: null,
    usage: NO_USAGE,
    budgetUsd: 10,
    startedAt: '2030-01-01T00:00:00.000Z',
    now: '2030-01-01T00:02:05.000Z',
    events: [],
    ignored: [],
    ...over,
  });
}

/**
 * A terminal nobody can be asked at, with what was written to it; `screen`: one with columns and perhaps colours, `person`:
 * somebody sits before it.
 */
export function captureTerminal(
  options: {
    readonly json?: boolean;
    readonly screen?: { readonly noColor: boolean };
    readonly person?: boolean;
  } = {},
): {
  readonly terminal: Terminal;
  readonly out: () => string;
  readonly err: () => string;
} {
  const screen = options.screen === undefined ? {} : { isTTY: true, columns: 80, rows: 24 };
  const stdout = Object.assign(new PassThrough(), screen);
  const stderr = Object.assign(new PassThrough(), screen);
  const terminal = createTerminal(
    { stdin: Object.assign(new PassThrough(), { isTTY: options.person === true }), stdout, stderr },
    { json: options.json ?? false, noColor: options.screen?.noColor ?? true, ci: false },
  );
  const read = (stream: PassThrough): (() => string) => {
    let text = '';
    return () => (text += String(stream.read() ?? ''));
  };
  return { terminal, out: read(stdout), err: read(stderr) };
}

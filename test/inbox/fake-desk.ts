import { createHash } from 'node:crypto';
import type { Decision } from '../../src/domain/escalation/escalation';
import { ResolveEscalation } from '../../src/domain/escalation/escalation';
import type { Precedent } from '../../src/domain/escalation/precedents';
import { progressOf } from '../../src/domain/objective/progress-memo';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import { waitOf, waitsOf } from '../../src/domain/objective/waits';
import { WatchStatus } from '../../src/domain/deployment/watch-status';
import { deploymentWatchId } from '../../src/domain/deployment/deployment-watch';
import { ConfigurationError, UserError } from '../../src/domain/common/user-error';
import type { Desk } from '../../src/ports/desk';
import { serveInbox, type InboxServer } from '../../src/inbox/server';
import type { Pictures } from '../../src/inbox/pictures';
import { renderPlanGraph } from '../../src/report/html/plan-graph';
import { renderHtml } from '../../src/report/html/render-html';
import { STYLES } from '../../src/report/html/styles';
import { renderTimeline } from '../../src/report/html/timeline-chart';
import { escalation, ID, status, task } from '../cli/fixtures';

type Sent = Parameters<Desk['send']>[0];

/** A desk that holds objectives in memory and lets the first decision win, as the workflow does. */
export interface FakeDesk extends Desk {
  readonly sent: readonly Sent[];
  /** How often an objective was asked where it stands. */
  asked(): number;
  change(id: string, over: Partial<ObjectiveStatus>): void;
  /** Holds a watch over the deployment of an objective from now on. */
  watchOver(status: WatchStatus): void;
  /** Every question to it fails so, until null. */
  fail(error: Error | null): void;
  /** How often it had to explain what went wrong. */
  explained(): number;
  store(text: string): string;
}

export function createFakeDesk(
  objectives: readonly ObjectiveStatus[],
  diffs: Readonly<Record<string, string>> = {},
  precedents: readonly Precedent[] = [],
): FakeDesk {
  const held = new Map(objectives.map((row) => [row.objectiveId, row]));
  const blobs = new Map<string, string>();
  const sent: Sent[] = [];
  let asked = 0;
  let explained = 0;
  let failure: Error | null = null;
  const watches = new Map<string, WatchStatus>();
  const reach = (): void => {
    if (failure !== null) throw failure;
  };
  const find = (id: string): ObjectiveStatus => {
    const found = held.get(id);
    if (found === undefined) throw new ConfigurationError(`There is no objective ${id}.`);
    return found;
  };
  const unused = (): never => {
    throw new Error('The inbox asked for something no test has prepared.');
  };
  return {
    sent,
    asked: () => asked,
    explained: () => explained,
    fail: (error) => (failure = error),
    watchOver: (row) => watches.set(deploymentWatchId(row.objectiveId), row),
    change: (id, over) => held.set(id, { ...find(id), ...over }),
    store: (text) => {
      const ref = createHash('sha256').update(text).digest('hex');
      blobs.set(ref, text);
      return ref;
    },
    start: unused,
    list: async () => {
      reach();
      return [...held.values()].map((row) => ({
        objectiveId: row.objectiveId,
        objective: row.objective,
        repository: row.repository,
        base: 'main',
        model: 'offline',
        open: row.outcome === null,
        state: row.state,
        escalationLevel: row.escalations.length > 0 ? 4 : 0,
        startedAt: row.startedAt,
        closedAt: null,
        progress: progressOf(row),
      }));
    },
    status: async (id) => {
      asked += 1;
      reach();
      return { kind: 'live', status: find(id), webUi: `http://127.0.0.1:8233/workflows/${id}` };
    },
    waits: async () => ({
      rows: [
        ...[...held.values()].flatMap((row) =>
          waitsOf(row).map((wait) => ({ ...wait, objective: row.objectiveId })),
        ),
        ...[...watches].flatMap(([objective, row]) =>
          row.escalations.map((one) => ({ ...waitOf(one), objective })),
        ),
      ],
      unread: [],
      more: false,
    }),
    watch: async (watchId) => {
      reach();
      const found = watches.get(watchId);
      if (found === undefined) throw new ConfigurationError(`There is no watch ${watchId}.`);
      const { objectiveId, repository, branch, commit, outcome, state, startedAt } = found;
      const row = { watchId, objective: objectiveId, repository, branch, commit, open: outcome === null };
      return { row: { ...row, state, startedAt }, status: found };
    },
    escalations: (id) =>
      Promise.resolve({
        questions: [...held.values()]
          .filter((row) => id === null || row.objectiveId === id)
          .flatMap(({ objectiveId, repository, escalations }) =>
            escalations.map((one) => ({ objective: objectiveId, repository, escalation: one })),
          ),
        unread: [],
        more: false,
      }),
    evidence: unused,
    precedents: () => Promise.resolve(precedents),
    precedentsOf: unused,
    send: async (message) => {
      reach();
      const watch = watches.get(message.id);
      if (watch !== undefined) {
        const said = ResolveEscalation.parse(message.payload);
        watches.set(message.id, { ...watch, ...decided(watch, said) });
        sent.push(message);
        return { applied: true, message: 'recorded and applied' };
      }
      const row = find(message.id);
      if (row.outcome !== null) throw new ConfigurationError(`${message.id} is already finished.`);
      if (message.name === 'resolveEscalation') resolve(held, row, ResolveEscalation.parse(message.payload));
      sent.push(message);
      return { applied: true, message: 'recorded and applied' };
    },
    cancel: unused,
    wait: unused,
    report: async (id) => {
      throw new ConfigurationError(`${id} has no report yet.`);
    },
    hasReport: () => Promise.resolve(false),
    blob: async (ref) => blobs.get(ref) ?? unused(),
    diff: async (id, taskId) => ({
      from: 'a'.repeat(40),
      to: 'b'.repeat(40),
      text: diffs[taskId ?? id] ?? '',
    }),
    explain: async (error) => {
      explained += 1;
      return error instanceof UserError ? error.message : `Internal error: ${String(error)}`;
    },
  };
}

function resolve(held: Map<string, ObjectiveStatus>, row: ObjectiveStatus, said: ResolveEscalation): void {
  const before = row.decisions.find(({ escalationId }) => escalationId === said.escalationId);
  if (before !== undefined)
    throw new ConfigurationError(
      `${said.escalationId} is already decided: ${before.decision} by ${before.by}.`,
    );
  held.set(row.objectiveId, { ...row, ...decided(row, said) });
}

type Asking = Pick<ObjectiveStatus, 'decisions' | 'escalations' | 'now'>;

function decided(row: Asking, said: ResolveEscalation): Pick<Asking, 'decisions' | 'escalations'> {
  const decision: Decision = {
    escalationId: said.escalationId,
    decision: said.decision,
    option: said.option ?? null,
    guidance: said.guidance ?? null,
    assignee: said.assignee ?? null,
    by: said.by,
    channel: 'update',
    decidedAt: row.now,
  };
  return {
    decisions: [...row.decisions, decision],
    escalations: row.escalations.filter(({ id }) => id !== said.escalationId),
  };
}

const pictures: Pictures = {
  styles: STYLES,
  planGraph: renderPlanGraph,
  timeline: renderTimeline,
  report: renderHtml,
};

export const QUESTION = 'backend-T001-E1';

/** A running objective with one question about its one task. */
export function asking(over: Partial<ObjectiveStatus> = {}): ObjectiveStatus {
  const reassign = {
    id: 'reassign',
    label: 'Hand it to somebody else',
    consequence: 'Another specialist starts afresh.',
    decision: 'reassign' as const,
  };
  const abort = {
    id: 'abort',
    label: 'Stop the objective',
    consequence: 'It ends.',
    decision: 'abort' as const,
  };
  const asked = escalation();
  return status({
    state: 'awaiting-human',
    tasks: [task({ state: 'suspended', commit: 'c'.repeat(40), waitingFor: QUESTION })],
    escalations: [{ ...asked, options: [...asked.options, reassign, abort] }],
    ...over,
  });
}

export async function openInbox(
  desk: Desk,
  over: Partial<Parameters<typeof serveInbox>[0]> = {},
): Promise<InboxServer> {
  return serveInbox({
    desk,
    pictures,
    by: 'ada@inbox',
    host: '127.0.0.1',
    port: 0,
    everyMs: { objective: 50, list: 50 },
    ...over,
  });
}

/** A watch over what was delivered, with one question about a breach. */
export function watching(over: Partial<WatchStatus> = {}): WatchStatus {
  return WatchStatus.parse({
    objectiveId: ID,
    state: 'awaiting-human',
    outcome: null,
    repository: 'sample orders-service',
    branch: `coordinator/${ID}`,
    commit: 'b'.repeat(40),
    deployment: {
      environment: 'production',
      commit: 'b'.repeat(40),
      deployedAt: '2030-01-01T09:00:00Z',
      by: 'ci',
    },
    watchedFrom: '2030-01-01T09:00:00.000Z',
    watchedUntil: '2030-01-02T09:00:00.000Z',
    rounds: 3,
    checks: [
      {
        name: 'errors',
        asked: 3,
        breaches: 2,
        unanswered: 0,
        breachesInRow: 2,
        unansweredInRow: 0,
        worst: 0.4,
        last: null,
        accepted: false,
      },
    ],
    escalations: [
      {
        ...escalation({
          id: 'deployment-E1',
          trigger: 'deployment-breach',
          question: 'Errors are at 40 %. What now?',
        }),
      },
    ],
    decisions: [],
    startedAt: '2030-01-01T08:00:00.000Z',
    now: '2030-01-01T10:00:00.000Z',
    events: [{ seq: 1, at: '2030-01-01T09:30:00.000Z', text: 'errors breaches its limit' }],
    ignored: [],
    ...over,
  });
}

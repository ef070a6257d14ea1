import { z } from 'zod';
import { isDeploymentWatchId } from '../../domain/deployment/deployment-watch';
import { Escalation } from '../../domain/escalation/escalation';
import { Precedent } from '../../domain/escalation/precedents';
import { ObjectiveState, Outcome } from '../../domain/department/states';
import { WatchStatus } from '../../domain/deployment/watch-status';
import { ObjectiveIdArgument, ObjectiveOrWatchArgument } from '../identity';
import {
  headline,
  MOST_ROWS,
  ObjectiveRow,
  Snapshot,
  snapshotOf,
  WatchRow,
} from '../../domain/objective/standing';
import { tool } from '../tool';

const reading = { readOnly: true, destructive: false, idempotent: true };

export const listObjectives = tool({
  name: 'list_objectives',
  title: 'List objectives',
  description: 'Lists the objectives of this department, newest first.',
  hints: reading,
  input: z.strictObject({
    state: ObjectiveState.optional().describe('only those in this state'),
    limit: z.int().min(1).max(MOST_ROWS).default(50).describe('most rows to answer'),
  }),
  output: z.object({
    objectives: z.array(ObjectiveRow),
    leftOut: z.int(),
    /** There may be older ones, which are not counted. */
    more: z.boolean(),
  }),
  run: async ({ state, limit }, { desk }) => {
    const rows = await desk.list(state ?? null);
    return {
      objectives: rows.slice(0, limit),
      leftOut: Math.max(0, rows.length - limit),
      more: rows.length >= MOST_ROWS,
    };
  },
});

const NO_WORKER = 'No worker answers, so this is all there is to see; `attach` or `worker` brings one.';

export const getStatus = tool({
  name: 'get_status',
  title: 'Show where an objective stands',
  description:
    'Tells state, tasks, open questions, cost and newest events of an objective, or how the watch over its deployment goes.',
  hints: reading,
  input: z.strictObject({ id: ObjectiveOrWatchArgument }),
  output: z.object({
    /** Answered by the workflow itself; false: what lists know. */
    live: z.boolean(),
    objective: Snapshot.nullable(),
    row: ObjectiveRow.nullable(),
    watch: WatchStatus.nullable(),
    watchRow: WatchRow.nullable(),
    webUi: z.string().nullable(),
  }),
  run: async ({ id }, { desk }) => {
    const nothing = { objective: null, row: null, watch: null, watchRow: null, webUi: null };
    if (isDeploymentWatchId(id)) {
      const { row, status } = await desk.watch(id);
      return { ...nothing, live: status !== null, watch: status, watchRow: row };
    }
    const standing = await desk.status(id);
    switch (standing.kind) {
      case 'live':
        return {
          ...nothing,
          live: true,
          objective: snapshotOf(standing.status),
          webUi: standing.webUi,
        };
      case 'recorded':
        return { ...nothing, live: false, row: standing.row };
    }
  },
  text: ({ objective, watch }) =>
    objective !== null
      ? headline(objective)
      : watch !== null
        ? `The watch over ${watch.objectiveId} is ${watch.state}.`
        : NO_WORKER,
});

export const listEscalations = tool({
  name: 'list_escalations',
  title: 'List open questions',
  description:
    'Lists the open level-4 questions of one objective or of all, oldest first, each with evidence, options, what the department recommends and what was decided on the like before.',
  hints: reading,
  input: z.strictObject({
    id: ObjectiveOrWatchArgument.optional(),
    limit: z.int().min(1).max(MOST_ROWS).default(50).describe('most questions to answer'),
  }),
  output: z.object({
    escalations: z.array(
      z.object({
        objective: z.string(),
        repository: z.string(),
        escalation: Escalation,
        /** What people decided before on the same trigger; the newest of this repository first. */
        precedents: z.array(Precedent),
      }),
    ),
    leftOut: z.int(),
    /** Objectives and watches that may ask something, and did not answer. */
    unread: z.array(z.string()),
    /** More wait than could be looked at, and are not counted. */
    more: z.boolean(),
  }),
  run: async ({ id, limit }, { desk }) => {
    const { questions, unread, more } = await desk.escalations(id ?? null);
    const open = [...questions].sort(
      (one, other) => Date.parse(one.escalation.raisedAt) - Date.parse(other.escalation.raisedAt),
    );
    const rows = open.slice(0, limit);
    const precedents = await desk.precedentsOf(
      rows.map(({ repository, escalation: { trigger } }) => ({ repository, trigger })),
    );
    return {
      escalations: rows.map((row, at) => ({ ...row, precedents: [...(precedents[at] ?? [])] })),
      leftOut: open.length - rows.length,
      unread: [...unread],
      more,
    };
  },
  text: ({ escalations, leftOut, unread, more }) => {
    const all = unread.length === 0 && !more;
    if (escalations.length === 0 && all) return 'No question is open.';
    const found = String(escalations.length + leftOut);
    const silent =
      unread.length === 0
        ? ''
        : ` ${String(unread.length)} did not answer, see unread: without a worker nobody does, and \`worker\` brings one; get_status tells more.`;
    return `${all ? found : `At least ${found}`} open; resolve_escalation answers one.${silent}`;
  },
});

export const getReport = tool({
  name: 'get_report',
  title: 'Read the report',
  description:
    'Reads the report of an objective that has ended: outcome, tasks, quality gate, decisions, metrics and cost.',
  hints: reading,
  input: z.strictObject({
    id: ObjectiveIdArgument,
    format: z.enum(['markdown', 'json']).default('markdown').describe('what to answer'),
  }),
  output: z.object({
    id: z.string(),
    markdown: z.string().nullable(),
    // The whole schema is in schemas/report.json; in every list of tools it would be the greater part.
    report: z.looseObject({ objectiveId: z.string(), outcome: Outcome.nullable() }).nullable(),
  }),
  run: async ({ id, format }, { desk }) => {
    const { markdown, json } = await desk.report(id);
    return format === 'markdown' ? { id, markdown, report: null } : { id, markdown: null, report: json };
  },
  document: ({ markdown }) => markdown,
});

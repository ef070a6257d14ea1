import { z } from 'zod';
import { Escalation, type Decision } from '../escalation/escalation';
import { TaskId } from '../plan/plan';
import { Outcome } from '../department/states';

/**
 * What people are told of without asking, in rows. `title` is what a notification is headed with; `asks` says whether
 * somebody has to do something.
 */
export const NEWS_KINDS = [
  { kind: 'escalation', title: 'A question for you', asks: true },
  { kind: 'plan-review', title: 'A plan waits for approval', asks: true },
  { kind: 'contract-review', title: 'A contract waits for review', asks: true },
  { kind: 'reminder', title: 'Still waiting for you', asks: true },
  { kind: 'decided', title: 'Decided', asks: false },
  { kind: 'ended', title: 'An objective has ended', asks: false },
] as const;

export const NewsKind = z.enum(NEWS_KINDS.map((row) => row.kind));
export type NewsKind = z.infer<typeof NewsKind>;

/** Whether news of this kind is stale once its subject is decided. */
export const asksSomebody = (kind: NewsKind): boolean =>
  NEWS_KINDS.some((row) => row.kind === kind && row.asks);

/** What news of a plan is about; a contract may be called so, too. */
export const PLAN_SUBJECT = 'plan';

/** What is reviewed: the plan, or the contract that is called as the subject says. */
const Reviewable = z.enum(['plan', 'contract']);
export type Reviewable = z.infer<typeof Reviewable>;

const Line = z.string().max(500);

/** One piece of news, as an objective or a watch hands it on; the adapter decides what of it may be quoted. */
export const News = z.strictObject({
  /** Counted by who tells it, from 1. */
  number: z.int().min(1),
  at: z.iso.datetime(),
  kind: NewsKind,
  /** Id of the escalation, name of the contract, or `plan`; `objective` for its end. */
  subject: z.string().min(1).max(200),
  taskId: TaskId.nullable(),
  /** What a reminder asks to have reviewed; reminders of before do not say it. */
  review: Reviewable.optional(),
  /** Whom a review is kept for, as `architect (lin)`; absent: anyone may. A question says so itself. */
  for: z.string().max(500).optional(),
  /** The question, where one is open. */
  question: Escalation.optional(),
  decision: z.strictObject({ decision: z.string().max(40), by: z.string().max(200) }).optional(),
  outcome: Outcome.optional(),
  /** More words; may hold anything, so it is only quoted with details. */
  text: z.string().max(2000).optional(),
});
export type News = z.infer<typeof News>;

/** What a caller knows of it. */
export type Tidings = Pick<News, 'kind' | 'subject'> &
  Partial<Pick<News, 'taskId' | 'review' | 'for' | 'question' | 'decision' | 'outcome' | 'text'>>;

/** What news ask to have reviewed; null: nothing, or they do not say it. */
export function reviewOf({ kind, review }: Pick<Tidings, 'kind' | 'review'>): Reviewable | null {
  switch (kind) {
    case 'plan-review':
      return 'plan';
    case 'contract-review':
      return 'contract';
    case 'reminder':
      return review ?? null;
    case 'escalation':
    case 'decided':
    case 'ended':
      return null;
  }
}

/** Evidence that travels with a question; all of it is in the objective's status. */
const CARRIED_LINES = 4;
const CARRIED_CHARACTERS = 600;

const cut = (text: string, characters: number): string =>
  text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;

/** Makes news of tidings; long evidence stays behind. */
export function newsOf(tidings: Tidings, facts: Pick<News, 'number' | 'at'>): News {
  const { question, text, taskId, ...rest } = tidings;
  return {
    ...facts,
    ...rest,
    subject: cut(rest.subject, 200),
    taskId: taskId ?? null,
    ...(text === undefined ? {} : { text: cut(text, 2000) }),
    ...(question === undefined
      ? {}
      : {
          question: {
            ...question,
            evidence: question.evidence.slice(0, CARRIED_LINES).map((line) => cut(line, CARRIED_CHARACTERS)),
          },
        }),
  };
}

/** What is told of a decision. */
export function tidingsOfDecision({ escalationId, decision, by, guidance }: Decision): Tidings {
  return {
    kind: 'decided',
    subject: escalationId,
    decision: { decision, by },
    ...(guidance === null ? {} : { text: guidance }),
  };
}

/** The same of a review of a plan or a contract. */
export function tidingsOfReview(
  subject: string,
  { decision, by }: { readonly decision: string; readonly by: string },
): Tidings {
  return { kind: 'decided', subject, decision: { decision, by } };
}

/** A reminder of what waits under a key of the clock: id of a question, `plan`, or `contract:<name>`. */
export function tidingsOfReminder(key: string, text: string): Tidings {
  const contract = /^contract:(.+)$/.exec(key)?.[1];
  if (contract !== undefined) return { kind: 'reminder', subject: contract, review: 'contract', text };
  return { kind: 'reminder', subject: key, ...(key === PLAN_SUBJECT ? { review: 'plan' } : {}), text };
}

/** Workflow that tells people, and outlives who has something to tell. */
export const NOTIFICATIONS_WORKFLOW = 'notificationsWorkflow';
/** Signal to it, and the query of where it stands. */
export const NOTIFICATION_ORDER = 'notificationOrder';
export const NOTIFICATIONS_STATUS = 'notificationsStatus';

/** `owner`: id of the objective, or of the watch over its deployment. */
export const notificationsWorkflowId = (owner: string): string => `${owner}/notifications`;

export const NotificationOrder = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tell'), news: News }),
  /** Nobody has to do anything about these any more; what was not told of them yet is not told. */
  z.strictObject({ kind: z.literal('settle'), subjects: z.array(z.string().max(200)).max(500) }),
  /** Nothing more comes. */
  z.strictObject({ kind: z.literal('close') }),
]);
export type NotificationOrder = z.infer<typeof NotificationOrder>;

/** The argument of `notificationsWorkflow`. */
export const NotificationsInput = z.strictObject({ owner: z.string() });
export type NotificationsInput = z.infer<typeof NotificationsInput>;

/** Where telling stands. */
export const NotificationsStatus = z.strictObject({
  /** Notifications that were taken, over all channels. */
  told: z.int().min(0),
  /** Left out, since they were decided first. */
  stale: z.int().min(0),
  /** Tried, or about to be. */
  pending: z.int().min(0),
  /** What nobody was told, newest last, and why. */
  undelivered: z.array(z.strictObject({ news: Line, channel: Line, why: Line })).max(50),
  closed: z.boolean(),
});
export type NotificationsStatus = z.infer<typeof NotificationsStatus>;

export const ChannelsRequest = z.strictObject({ kind: NewsKind });
export type ChannelsRequest = z.infer<typeof ChannelsRequest>;
export const ChannelsResult = z.strictObject({ channels: z.array(z.string().max(100)).max(30) });
export type ChannelsResult = z.infer<typeof ChannelsResult>;

export const NotifyRequest = z.strictObject({ owner: z.string(), channel: z.string().max(100), news: News });
export type NotifyRequest = z.infer<typeof NotifyRequest>;
export const NotifyResult = z.strictObject({
  /** `off`: the channel is not configured any more; `stale`: it was decided first. */
  delivery: z.enum(['delivered', 'off', 'stale']),
  /** What came back, in words. */
  note: Line,
});
export type NotifyResult = z.infer<typeof NotifyResult>;

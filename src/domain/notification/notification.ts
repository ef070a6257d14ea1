import { z } from 'zod';
import { DecisionKind } from '../escalation/escalation';
import { NewsKind } from './news';
import { instantWords } from '../escalation/for-whom';
import { TaskId } from '../plan/plan';
import { Outcome } from '../department/states';
import { EscalationReason } from '../department/triggers';

/** A link of a notification; null: no such address is known. */
const Link = z.url().nullable();

/**
 * What a webhook is sent and every other channel is made from. Beside ids and names it quotes nothing of the repository
 * and nothing a model wrote unless the settings say `details: true`, and then without what looks like a secret.
 */
export const Notification = z.strictObject({
  version: z.literal(1),
  /** The same for every try and every channel: who has seen it may ignore it. */
  id: z.string().max(400),
  /** `test` is sent by `doctor --notify` only. */
  kind: z.enum([...NewsKind.options, 'test']),
  title: z.string().max(200),
  /** Whether somebody has to do something. */
  asks: z.boolean(),
  at: z.iso.datetime(),
  /** Id of the objective, or of the watch over its deployment. */
  objective: z.string(),
  /** Id of the escalation, name of the contract, `plan` or `objective`. */
  subject: z.string(),
  taskId: TaskId.nullable(),
  trigger: z.strictObject({ name: EscalationReason, title: z.string() }).nullable(),
  /** Whom the rules keep it for, as `security (lin, ada)`; absent: anyone may decide. */
  for: z.string().optional(),
  /** When the recommended option is taken unless somebody has decided; absent: it waits for ever. */
  defaultAt: z.iso.datetime().optional(),
  options: z.array(
    z.strictObject({ id: z.string(), label: z.string(), decision: DecisionKind, recommended: z.boolean() }),
  ),
  decision: z.strictObject({ decision: z.string(), by: z.string() }).nullable(),
  outcome: Outcome.nullable(),
  /** Commands that answer it, or tell more; what a human must add stands in angle brackets. */
  commands: z.array(z.string()),
  links: z.strictObject({ webUi: Link, inbox: Link }),
  /** null unless the settings allow it. */
  details: z
    .strictObject({
      question: z.string().nullable(),
      evidence: z.array(z.string()),
      text: z.string().nullable(),
    })
    .nullable(),
});
export type Notification = z.infer<typeof Notification>;

/** A notification as plain lines: for mail, and for what cannot show more. */
export function notificationLines(notification: Notification): string[] {
  const { trigger, taskId, options, decision, outcome, commands, links, details } = notification;
  const silenceWords = silence(notification);
  const facts = [
    `Objective: ${notification.objective}`,
    ...(notification.kind === 'ended' || notification.kind === 'test'
      ? []
      : [`About: ${notification.subject}`]),
    ...(taskId === null ? [] : [`Task: ${taskId}`]),
    ...(trigger === null ? [] : [`Why: ${trigger.title}`]),
    ...(notification.for === undefined ? [] : [`For: ${notification.for}`]),
    ...(silenceWords === null ? [] : [`Without an answer: ${silenceWords}`]),
    ...(outcome === null ? [] : [`Outcome: ${outcome}`]),
    ...(decision === null ? [] : [`Decision: ${decision.decision} by ${decision.by}`]),
  ];
  const quoted =
    details === null
      ? []
      : [
          ...(details.question === null ? [] : [details.question]),
          ...details.evidence.map((line) => `- ${line}`),
          ...(details.text === null ? [] : [details.text]),
        ];
  const offered = options.map(
    ({ id, label, decision: kind, recommended }) =>
      `- ${label} (${kind}, option ${id}${recommended ? ', recommended' : ''})`,
  );
  const addresses = [
    ...(links.inbox === null ? [] : [`Inbox: ${links.inbox}`]),
    ...(links.webUi === null ? [] : [`Web UI: ${links.webUi}`]),
  ];
  const blocks = [
    [notification.title],
    facts,
    quoted,
    offered.length === 0 ? [] : ['Options:', ...offered],
    commands,
    addresses,
  ];
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 ? block : ['', ...block]));
}

/** What silence decides and when, in words; null: nothing. */
export function silence({ defaultAt, options }: Notification): string | null {
  const taken = options.find(({ recommended }) => recommended);
  return defaultAt === undefined || taken === undefined ? null : `${taken.id} at ${instantWords(defaultAt)}`;
}

/** The line it is known by where there is room for one. */
export function notificationHeadline({ title, objective, subject, kind }: Notification): string {
  return kind === 'ended' || kind === 'test' ? `${title}: ${objective}` : `${title}: ${objective} ${subject}`;
}

/** A channel did not take a notification. The message names hosts, never addresses: they may hold a secret. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
  constructor(
    message: string,
    /** `permanent`: the same again is refused again. `retryAfterMs`: as the other side asked. */
    readonly facts: { readonly permanent?: boolean; readonly retryAfterMs?: number | null } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

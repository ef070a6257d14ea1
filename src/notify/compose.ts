import { byName, throughNpm, type CallForm } from '../config/call-form';
import { answerWords, wordsFor } from '../domain/escalation/answer-command';
import { assertNever } from '../domain/common/assert-never';
import type { Escalation } from '../domain/escalation/escalation';
import { NEWS_KINDS, PLAN_SUBJECT, reviewOf, type News, type Reviewable } from '../domain/notification/news';
import type { Notification } from '../domain/notification/notification';
import type { NotificationSettings } from '../domain/notification/notification-settings';
import { EscalationId } from '../domain/objective/objective-id';
import { TRIGGERS } from '../domain/department/triggers';
import { baseAddress, inboxPage, type InboxPlace } from '../domain/notification/inbox-page';
import { workflowPage } from '../domain/objective/workflow-page';
import { redactSecrets } from '../process/redact';

/** What a notification is made with beside the news. */
export interface ComposeSetting {
  readonly settings: Pick<NotificationSettings, 'details' | 'links' | 'commands'>;
  /** Id of the objective or watch. */
  readonly owner: string;
  /** The Web UI of the worker's own server, where it has one. */
  readonly webUi: { readonly address: string | null; readonly namespace: string };
}

/** Makes the notification of news: what may be quoted, without secrets, and the commands that answer. */
export function composeNotification(news: News, setting: ComposeSetting): Notification {
  const { settings, owner } = setting;
  const { kind, question, decision } = news;
  const who = question?.for ?? news.for;
  const row = NEWS_KINDS.find((candidate) => candidate.kind === kind);
  return {
    version: 1,
    // After a rewind the count begins where it was then; the instant tells the two apart.
    id: `${owner}/news/${String(news.number)}-${String(Date.parse(news.at))}`,
    kind,
    title: row?.title ?? kind,
    asks: row?.asks ?? false,
    at: news.at,
    objective: owner,
    subject: oneLine(news.subject),
    taskId: news.taskId,
    trigger: question === undefined ? null : { name: question.trigger, title: reasonTitle(question.trigger) },
    ...(who === undefined ? {} : { for: oneLine(who) }),
    ...(question?.defaultAt === undefined ? {} : { defaultAt: question.defaultAt }),
    options: question === undefined ? [] : optionsOf(question, settings.details),
    decision:
      decision === undefined ? null : { decision: oneLine(decision.decision), by: oneLine(decision.by) },
    outcome: news.outcome ?? null,
    commands: commandsOf(news, owner, settings.commands === 'npm' ? throughNpm : byName),
    links: linksOf(setting, placeOf(news)),
    details: settings.details
      ? {
          question: question === undefined ? null : clean(question.question),
          evidence: question?.evidence.map(clean) ?? [],
          text: news.text === undefined ? null : clean(news.text),
        }
      : null,
  };
}

/** What `doctor --notify` sends: labelled, and about nothing. */
export function composeTest({ links }: ComposeSetting['settings'], at: Date): Notification {
  return {
    version: 1,
    id: `doctor/${String(at.getTime())}`,
    kind: 'test',
    title: 'Test: this is how you are told of what waits for you',
    asks: false,
    at: at.toISOString(),
    objective: 'none',
    subject: 'test',
    taskId: null,
    trigger: null,
    options: [],
    decision: null,
    outcome: null,
    commands: [],
    links: { webUi: null, inbox: links?.inbox === undefined ? null : baseAddress(links.inbox) },
    details: null,
  };
}

/** Controls and marks that turn the direction of text around; a new line stays. */
const UNPRINTABLE = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu;

/** Neither secrets nor characters that play with the screen are in any channel. */
function clean(text: string): string {
  return redactSecrets(text).replace(UNPRINTABLE, ' ');
}

const oneLine = (text: string): string => clean(text).replace(/\s+/g, ' ').trim();

function reasonTitle(reason: Escalation['trigger']): string {
  const trigger = TRIGGERS.find(({ name }) => name === reason);
  return trigger?.title ?? `${reason.charAt(0).toUpperCase()}${reason.slice(1).replaceAll('-', ' ')}`;
}

/** What follows a colon in a label comes from the repository, such as the command of a rollback. */
function optionsOf({ options, recommended }: Escalation, details: boolean): Notification['options'] {
  return options.map(({ id, label, decision }) => ({
    id,
    label: oneLine(details ? label : (label.split(':')[0] ?? '')),
    decision,
    recommended: id === recommended,
  }));
}

function commandsOf(news: News, owner: string, call: CallForm): string[] {
  const { kind, subject, question } = news;
  switch (kind) {
    case 'escalation':
    case 'reminder':
    case 'plan-review':
    case 'contract-review': {
      if (question !== undefined) return answersTo(owner, question, call);
      const review = reviewFor(news);
      return review === null ? [call(`status ${owner}`)] : reviewsOf(owner, review, subject, call);
    }
    case 'decided':
      return [];
    case 'ended':
      return [call(`report ${owner}`)];
    default:
      return assertNever(kind, 'kind');
  }
}

/** What is to be reviewed. A reminder of before has the subject alone, which is then no question's id. */
function reviewFor(news: News): Reviewable | null {
  const { kind, subject } = news;
  const said = reviewOf(news);
  if (said !== null || kind !== 'reminder' || EscalationId.safeParse(subject).success) return said;
  return subject === PLAN_SUBJECT ? 'plan' : 'contract';
}

/** To read the plan or the contract, and to approve it. */
function reviewsOf(owner: string, review: Reviewable, subject: string, call: CallForm): string[] {
  return review === 'plan'
    ? [call(`plan ${owner}`), call(`plan ${owner} approve`)]
    : [call(`contract ${owner} ${subject}`), call(`contract ${owner} ${subject} --approve`)];
}

/** The recommended answer first, then the others. */
function answersTo(owner: string, question: Escalation, call: CallForm): string[] {
  const first = call(answerWords(owner, question));
  const others = question.options.map((option) => call(wordsFor(owner, question, option)));
  return [first, ...others.filter((command) => command !== first)];
}

function linksOf({ settings, owner, webUi }: ComposeSetting, place: InboxPlace): Notification['links'] {
  const { links } = settings;
  const address = links?.webUi === undefined ? webUi.address : baseAddress(links.webUi);
  return {
    webUi: address === null ? null : workflowPage(address, webUi.namespace, owner),
    inbox: links?.inbox === undefined ? null : inboxPage(links.inbox, owner, place),
  };
}

/** Where in the inbox it is answered, or read. */
function placeOf(news: News): InboxPlace {
  const { kind, subject, question } = news;
  switch (kind) {
    case 'escalation':
    case 'reminder':
    case 'plan-review':
    case 'contract-review':
      if (question !== undefined) return { kind: 'question', id: question.id };
      return reviewPlace(reviewFor(news), subject);
    case 'decided':
    case 'ended':
      return { kind: 'objective' };
    default:
      return assertNever(kind, 'kind');
  }
}

function reviewPlace(review: Reviewable | null, subject: string): InboxPlace {
  switch (review) {
    case 'plan':
      return { kind: 'plan' };
    case 'contract':
      return { kind: 'contract', name: subject };
    case null:
      return { kind: 'objective' };
  }
}

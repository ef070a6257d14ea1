import { byName, throughNpm, type CallForm } from '../config/call-form';
import { answerWords, wordsFor } from '../domain/answer-command';
import { assertNever } from '../domain/assert-never';
import type { Escalation } from '../domain/escalation';
import { NEWS_KINDS, type News } from '../domain/news';
import type { Notification } from '../domain/notification';
import type { NotificationSettings } from '../domain/notification-settings';
import { TRIGGERS } from '../domain/triggers';
import { workflowPage } from '../domain/workflow-page';
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
    options: question === undefined ? [] : optionsOf(question, settings.details),
    decision:
      decision === undefined ? null : { decision: oneLine(decision.decision), by: oneLine(decision.by) },
    outcome: news.outcome ?? null,
    commands: commandsOf(news, owner, settings.commands === 'npm' ? throughNpm : byName),
    links: linksOf(setting),
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
    links: { webUi: null, inbox: links?.inbox ?? null },
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
      return question === undefined ? [call(`status ${owner}`)] : answersTo(owner, question, call);
    case 'plan-review':
      return [call(`plan ${owner}`), call(`plan ${owner} approve`)];
    case 'contract-review':
      return [call(`contract ${owner} ${subject}`), call(`contract ${owner} ${subject} --approve`)];
    case 'decided':
      return [];
    case 'ended':
      return [call(`report ${owner}`)];
    default:
      return assertNever(kind, 'kind');
  }
}

/** The recommended answer first, then the others. */
function answersTo(owner: string, question: Escalation, call: CallForm): string[] {
  const first = call(answerWords(owner, question));
  const others = question.options.map((option) => call(wordsFor(owner, question, option)));
  return [first, ...others.filter((command) => command !== first)];
}

function linksOf({ settings, owner, webUi }: ComposeSetting): Notification['links'] {
  const address = settings.links?.webUi ?? webUi.address;
  return {
    webUi: address === null ? null : workflowPage(address, webUi.namespace, owner),
    inbox: settings.links?.inbox ?? null,
  };
}

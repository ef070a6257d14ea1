import { notificationHeadline, silence, type Notification } from '../domain/notification/notification';

/** Most characters Slack takes in a header, in a section's text and in one of its fields. */
const HEADER = 150;
const SECTION = 3000;
const FIELD = 2000;
const MOST_FIELDS = 10;
/** Evidence in a message; more is in the inbox. */
const MOST_EVIDENCE = 4;

interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  /** Otherwise Slack makes links of bare addresses and channel names, and mentions of `@name`. */
  readonly verbatim: true;
}
type Block =
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string } }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'section'; readonly fields: readonly Mrkdwn[] }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] };

/** What an incoming webhook of Slack is posted (Slack, "Sending messages using incoming webhooks"). */
export interface SlackMessage {
  /** What a notification on a phone shows, and where blocks cannot be. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A notification as Slack shows it. Nothing in it can mention people, link or format: all of it is escaped. */
export function slackMessage(notification: Notification): SlackMessage {
  const { title, trigger, taskId, outcome, decision, options, commands, links, details } = notification;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Objective', notification.objective],
    ['About', ['ended', 'test'].includes(notification.kind) ? null : notification.subject],
    ['Task', taskId],
    ['Why', trigger?.title ?? null],
    ['For', notification.for ?? null],
    ['Without an answer', silence(notification)],
    ['Outcome', outcome],
    ['Decision', decision === null ? null : `${decision.decision} by ${decision.by}`],
  ];
  const fields = facts.flatMap(([name, value]) =>
    value === null ? [] : [mrkdwn(`*${name}*\n${escaped(value, FIELD - 40)}`)],
  );
  const quoted =
    details === null
      ? []
      : [details.question, details.text, ...details.evidence.slice(0, MOST_EVIDENCE)].filter(
          (text) => text !== null,
        );
  const offered = options.map(
    ({ label, decision: kind, id, recommended }) =>
      `• ${escaped(label, 300)} (${kind}, option ${code(id)}${recommended ? ', recommended' : ''})`,
  );
  const addresses = [
    ...(links.inbox === null ? [] : [link(links.inbox, 'Open in the inbox')]),
    ...(links.webUi === null ? [] : [link(links.webUi, 'Open in the Temporal Web UI')]),
  ];
  return {
    text: escaped(notificationHeadline(notification), SECTION),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, HEADER) } },
      { type: 'section', fields: fields.slice(0, MOST_FIELDS) },
      ...quoted.map((text) => section(`>${escaped(text, SECTION - 400).replaceAll('\n', '\n>')}`)),
      ...(offered.length === 0 ? [] : [section(offered.join('\n'))]),
      ...commands.slice(0, 8).map((command) => section(code(command))),
      ...(addresses.length === 0 ? [] : [context(addresses.join('  ·  '))]),
    ],
  };
}

const mrkdwn = (text: string): Mrkdwn => ({ type: 'mrkdwn', text, verbatim: true });
const section = (text: string): Block => ({ type: 'section', text: mrkdwn(cut(text, SECTION)) });
const context = (text: string): Block => ({ type: 'context', elements: [mrkdwn(cut(text, SECTION))] });

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}

/**
 * The three characters Slack gives a meaning (Slack, "Formatting text for app surfaces"). What they become is longer, so
 * the text is cut first, to a length that fits whatever it holds. Marks of mrkdwn are parted from their words by a
 * zero-width space, so that quoted text formats nothing.
 */
function escaped(text: string, characters: number): string {
  const plain = cut(text, Math.floor(characters / 2));
  const safe = plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, '\u200b$&\u200b');
  return safe.length <= characters ? safe : escaped(text, characters / 2);
}

/** Text to be copied as it is. */
function code(text: string): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `\`${safe.replaceAll('`', "'").replaceAll('\n', ' ')}\``;
}

/** The address comes from the settings or the server; a `|` or `>` in it would end it early. */
function link(address: string, text: string): string {
  const safe = address
    .replaceAll('&', '&amp;')
    .replaceAll('|', '%7C')
    .replaceAll('>', '%3E')
    .replaceAll('<', '%3C');
  return `<${safe}|${text}>`;
}

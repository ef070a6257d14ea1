import type { BreakingChange } from '../domain/contract/breaking-change';

/** What is different of one operation or type; every entry in words. */
interface ChangedPart {
  readonly name: string;
  readonly changes: readonly string[];
}

/** What is different between two specs, besides what breaks. */
export interface ContractChanges {
  /** What the parts are: operations, or types too. */
  readonly noun: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly ChangedPart[];
}

const MOST_CHANGES = 100;

/** The changes as Markdown, breaking ones first. `changes` null: there was no spec before. */
export function renderChangelog(
  about: { readonly name: string; readonly revision: number; readonly hash: string },
  changes: ContractChanges | null,
  breaking: readonly BreakingChange[],
  names: readonly string[],
): string {
  const head = [
    `# ${code(about.name)}, revision ${String(about.revision)}`,
    '',
    `Contract ${code(about.hash)}`,
    '',
  ];
  if (changes === null) {
    return [
      ...head,
      '## New',
      '',
      'There was no contract before.',
      '',
      ...names.map((name) => `- ${code(name)}`),
      '',
    ].join('\n');
  }
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];
  const body = [
    ...list(
      'Breaking',
      breaking.map(({ where, what }) => `- ${code(where)}: ${code(what)}`),
    ),
    ...list(
      'Removed',
      changes.removed.map((name) => `- ${code(name)}`),
    ),
    ...list(
      'Added',
      changes.added.map((name) => `- ${code(name)}`),
    ),
    ...list(
      'Changed',
      changes.changed.flatMap(({ name, changes: lines }) => [
        `- ${code(name)}`,
        ...lines.slice(0, MOST_CHANGES).map((line) => `  - ${line}`),
        ...(lines.length > MOST_CHANGES ? [`  - ${String(lines.length - MOST_CHANGES)} more`] : []),
      ]),
    ),
  ];
  return [...head, ...(body.length === 0 ? ['Nothing clients can see has changed.', ''] : body)].join('\n');
}

/** The same in one line. */
export function summariseChanges(
  changes: ContractChanges | null,
  breaking: readonly BreakingChange[],
  count: number,
): string {
  if (changes === null) return `new: ${String(count)} operations`;
  const parts = [
    breaking.length === 0 ? '' : `${String(breaking.length)} breaking`,
    ...(['added', 'changed', 'removed'] as const).map((key) =>
      changes[key].length === 0 ? '' : `${String(changes[key].length)} ${changes.noun} ${key}`,
    ),
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing clients can see has changed' : parts.join('; ');
}

/** What is different between two lists of places with what is said of them, one line each. */
export function placeChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [
    ...[...before.keys()].filter((place) => !after.has(place)).map((place) => `removed: ${code(place)}`),
    ...[...after].flatMap(([place, now]) => {
      const then = before.get(place);
      if (then === undefined || then === now) return [];
      return [`changed: ${code(place)} was ${code(then)} and is ${code(now)}`];
    }),
    ...[...after].flatMap(([place, now]) =>
      before.has(place) ? [] : [`added: ${code(place)}, ${code(now)}`],
    ),
  ];
}

/** Text of a spec in Markdown: as code it is nothing but text. */
function code(text: string): string {
  const clean = text
    .replace(/[`|\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
  return `\`${clean === '' ? '–' : clean}\``;
}

import { Document, isMap, isScalar } from 'yaml';
import type { Settings } from '../domain/notification/settings';

/** What is said above each key, and the line that stands there as an example where it is not set. */
const KEYS = [
  {
    key: 'repository',
    about: [
      'Built in where no --repo is given: an absolute path or an address. Without it: a copy of a bundled',
      'sample, which `--repo sample` gives in any case.',
    ],
    example: 'repository: /home/me/shop',
  },
  {
    key: 'model',
    about: [
      'Who thinks: auto (Claude with ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL set, else the offline model),',
      'anthropic or offline. The variable COORDINATOR_MODEL wins over it.',
    ],
    example: 'model: auto',
  },
  {
    key: 'budgetUsd',
    about: ['Most an objective may cost in US dollars; null: no limit. --budget-usd wins over it.'],
    example: 'budgetUsd: 10',
  },
  {
    key: 'notifications',
    about: [
      'Who is told when something waits for a decision or ends; nobody unless it is written down here.',
      'Secrets stay in variables that begin with COORDINATOR_NOTIFY_; only their names are kept here.',
    ],
    example: 'notifications: { bell: true }',
  },
] as const satisfies readonly {
  readonly key: keyof Settings;
  readonly about: readonly string[];
  readonly example: string;
}[];

const HEAD = [
  'What this installation of backend-coordinator does without being told each time.',
  'A flag wins over a variable of the environment, a variable over this file. `doctor` shows what counts.',
  'What the owners of a repository say stands in its coordinator.config.json instead.',
];

/** Settings as the text of the file, with comments; `parseSettings` reads the same settings from it. */
export function settingsText(settings: Settings): string {
  const set = KEYS.filter(({ key }) => settings[key] !== undefined);
  const document = new Document(
    { version: settings.version, ...Object.fromEntries(set.map(({ key }) => [key, settings[key]])) },
    // Nothing is written as a reference, which the reader would refuse.
    { aliasDuplicateObjects: false },
  );
  document.commentBefore = comment(HEAD);
  const unset = KEYS.filter(({ key }) => settings[key] === undefined);
  if (unset.length > 0) {
    document.comment = unset.map(({ about, example }) => comment([...about, example])).join('\n\n');
  }
  if (isMap(document.contents)) {
    for (const { key } of document.contents.items) {
      const row = isScalar(key) ? KEYS.find((candidate) => candidate.key === key.value) : undefined;
      if (row === undefined || !isScalar(key)) continue;
      key.spaceBefore = true;
      key.commentBefore = comment(row.about);
    }
  }
  return document.toString({ lineWidth: 0 });
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => ` ${line}`).join('\n');
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../src/cli/command';
import { COMMANDS } from '../src/cli/commands';
import { packageRoot } from '../src/config/package-root';

const FILE = join(packageRoot(), 'docs', 'commands.md');

const HEAD = [
  '# Commands',
  '',
  'Every command with every option, as `--help` tells them; made by `npm run commands`, so edit the code instead. Each is',
  'an npm script too (`npm run status -- <id>`), and each has `--help` and `--json` (JSON on stdout, text for people on',
  'stderr). Exit codes: [README](../README.md#commands). What a command is good for is in the other documents; `<id>` is the id',
  'of an objective, as `start-objective` and `list` print it.',
];

/** `docs/commands.md`, from the command table. */
export function commandsDocument(): string {
  return `${[...HEAD, ...COMMANDS.flatMap(sectionOf)].join('\n')}\n`;
}

function sectionOf({ name, args, summary, options, examples = [] }: Command): string[] {
  const rows = options.map(({ flags, help }) => `| \`${cell(flags)}\` | ${cell(help)} |`);
  return [
    '',
    `## \`${`${name} ${args}`.trim()}\``,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...(rows.length === 0 ? [] : ['', '| option | what |', '| --- | --- |', ...rows]),
    ...(examples.length === 0 ? [] : ['', '```sh', ...examples, '```']),
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (require.main === module) writeFileSync(FILE, commandsDocument());

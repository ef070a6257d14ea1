// Needs no server: every command a document shows, against the command table and the scripts of package.json.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandsDocument } from '../../scripts/write-commands';
import { COMMANDS } from '../../src/cli/commands';
import { parseCommandLine } from '../../src/cli/program';
import { packageRoot } from '../../src/config/package-root';
import { headings, readDocument } from './documents';

const ID = 'objective-add-user-authentication-system-with-0c5ddce6';
const names = COMMANDS.map(({ name }) => name);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readDocument('package.json')));
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'playbooks/README.md', 'settings.example.yaml'],
  ...readdirSync(join(packageRoot(), 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Code {
  readonly text: string;
  /** In running text a command is often named with the one flag that matters. */
  readonly inText: boolean;
}

/** Code of a document, a line each: fenced blocks with continued lines joined, and what stands in backticks. */
function codeOf(document: string): Code[] {
  if (!document.includes('```')) return document.split('\n').map((text) => ({ text, inText: false }));
  const fences = [...document.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const rest = document.replace(/```[\s\S]*?```/g, '');
  return [
    ...fences
      .flatMap((block) => block.replace(/\s*\\\n\s*/g, ' ').split('\n'))
      .map((text) => ({ text, inText: false })),
    ...[...rest.matchAll(/`([^`\n]+)`/g)].map((match) => ({ text: match[1] ?? '', inText: true })),
  ];
}

/** Words as a shell would make them of a line, up to a comment, a pipe, a redirection or the explanation beside it. */
function wordsOf(line: string): string[] {
  const [part = ''] = line.split(/\s+#\s|\s[|>&]|\s>>?\s|;|\s{2,}/);
  return [...part.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)]
    .map(([, double, single, bare]) => double ?? single ?? bare ?? '')
    .map((word) => word.replaceAll(/<id>|\$ID|\$id/g, ID));
}

interface Shown extends Code {
  readonly words: readonly string[];
}

const BEFORE = /^(?:- run: )?(?:claude mcp add .* -- |docker compose exec worker )/;
const BY_NPM = /^npm run (?:-s )?([\w:-]+)(?: -- (.*))?$/;
const BY_NAME =
  /^(?:node \S*backend-coordinator\.js|node "\S+"|npx backend-coordinator|backend-coordinator) (.*)$/;

/** The commands of the product in a document. */
function shownIn(document: string): Shown[] {
  return codeOf(document).flatMap((code): Shown[] => {
    const text = code.text.trim().replace(BEFORE, '');
    const [, script, rest = ''] = BY_NPM.exec(text.replace(/\s+#.*$/, '')) ?? [];
    const called = BY_NAME.exec(text)?.[1];
    const words = script === undefined ? wordsOf(called ?? text) : [script, ...wordsOf(rest)];
    const isNamed =
      names.includes(words[0] ?? '') && words.slice(1).some((word) => /^--|^objective-/.test(word));
    // A synopsis is no command.
    if (/\s\[-/.test(text) || words[0]?.startsWith('<') === true) return [];
    return script !== undefined || called !== undefined || isNamed ? [{ ...code, text, words }] : [];
  });
}

test('docs/commands.md is what the code makes of it (`npm run commands` writes it anew)', () => {
  expect(readDocument('docs/commands.md')).toBe(commandsDocument());
  expect(headings(readDocument('docs/commands.md'), 2)).toHaveLength(COMMANDS.length);
});

test.each(documents)('every command %s shows is one there is, with flags it takes', async (path) => {
  const wrong: string[] = [];
  for (const { text, words, inText } of shownIn(readDocument(path))) {
    const [name = ''] = words;
    if (!names.includes(name)) {
      if (scripts[name] === undefined && !['--help', '--version', '…'].includes(name)) wrong.push(text);
      continue;
    }
    try {
      await parseCommandLine(words, { commands: COMMANDS, version: '0', print: () => undefined });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!inText || !message.includes('Missing required argument')) wrong.push(`${text}: ${message}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('commands are found in fences and in text, with npm and by name, and each is shown somewhere', () => {
  const shown = new Set(
    documents.flatMap((path) => shownIn(readDocument(path))).map(({ words }) => words[0]),
  );
  expect(names.filter((name) => !shown.has(name))).toEqual([]);
  const flawed = 'Text\n```sh\nnpm run resolve -- <id> backend-T001-E1 --choice retry\n```\nand `gc --al`.';
  expect(shownIn(flawed).map(({ words }) => words.at(-2))).toEqual(['--choice', 'gc']);
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CONTEXT_CATEGORIES, type ContextCategory } from '../../../src/domain/context/context-categories';
import type { ContextPathRule } from '../../../src/domain/context/context-files';

/** Text that stands in one category's files and nowhere else. */
export function canaryOf(category: ContextCategory): string {
  return `CANARY-${category}-7f3a`;
}

const code = (canary: string): string =>
  `// how it works: ${canary}\nexports.fail = () => { throw new Error('boom'); }; // inner ${canary}\nmodule.exports.more = '${canary} told';\n`;

/** Files whose category follows from where they are or what they hold, each with its canary. */
const FOUND: readonly (readonly [ContextCategory, string, (canary: string) => string])[] = [
  ['api-contracts', 'openapi.yaml', (c) => `openapi: 3.1.0\ninfo:\n  title: ${c}\n`],
  [
    'api-contracts',
    'config/public.yaml',
    (c) => `# what clients call\nopenapi: 3.0.3\ninfo:\n  title: ${c}\n`,
  ],
  ['versioning-strategy', 'docs/versioning.md', (c) => `# Versions\n\nThe strategy is ${c}.\n`],
  ['system-design', 'docs/architecture.md', (c) => `# Architecture\n\nServices: ${c}.\n`],
  ['code-patterns', 'CONTRIBUTING.md', (c) => `# Patterns\n\nWe write code like ${c}.\n`],
  ['implementation-code', 'src/app.js', code],
  ['api-implementation', 'src/orders/routes.js', code],
  ['business-code', 'src/orders/service.js', code],
  ['data-access-code', 'src/orders/repository.js', code],
  [
    'query-patterns',
    'queries/top.sql',
    (c) => `-- busiest: ${c}\nselect id\nfrom orders\nwhere total > 3\norder by total;\n`,
  ],
  [
    'database-schema',
    'migrations/0001.sql',
    (c) => `create table orders (\n  id uuid primary key -- ${c}\n);\n`,
  ],
  [
    'database-schema',
    'src/tables.js',
    (c) =>
      `module.exports = \`\ncreate table users (\n  id uuid primary key,\n  name text not null, -- ${c}\n  age int\n);\ncreate index on users (name);\n\`;\n`,
  ],
  ['database-administration', 'docs/backup.md', (c) => `# Backups\n\nEvery night to ${c}.\n`],
  [
    'database-administration',
    'scripts/nightly.sh',
    (c) => `#!/bin/sh\n# ${c} every night\npg_dump orders > /backup/orders\n`,
  ],
  [
    'devops-configuration',
    'k8s/orders.yaml',
    (c) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${c}\n`,
  ],
  [
    'devops-configuration',
    'config/orders.yaml',
    (c) => `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${c}\n`,
  ],
  ['frontend-markup', 'public/index.html', (c) => `<html>\n<body>\n<p>${c}</p>\n</body>\n</html>\n`],
  [
    'frontend-markup',
    'mails/welcome.tpl',
    (c) => `<html>\n<body>\n<p class="x">${c}</p>\n</body>\n</html>\n`,
  ],
];

/** Documents of all other categories: only the target's configuration can say what they are about. */
const NAMED = CONTEXT_CATEGORIES.map((row) => row.key).filter(
  (category) => !FOUND.some(([found]) => found === category),
);

export const CANARY_RULES: readonly ContextPathRule[] = NAMED.map((category) => ({
  path: `docs/notes/${category}.md`,
  category,
}));

/** Every file with a canary, and its category. */
export const CANARY_FILES: readonly { readonly path: string; readonly category: ContextCategory }[] = [
  ...FOUND.map(([category, path]) => ({ path, category })),
  ...CANARY_RULES,
];

/** What the tests of the repository do: fail inside of every source, print every file, and copy it to where one may read. */
const NOSY_TEST = `
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const files = ${JSON.stringify(CANARY_FILES.map((row) => row.path))};
files.forEach((file, index) => {
  const text = fs.readFileSync(file, 'utf8');
  console.log(file + ':1:1 failed');
  text.split('\\n').forEach((line, at) => console.log((at === 1 ? '> ' : '  ') + (at + 1) + ' | ' + line));
  console.log(text);
  fs.mkdirSync('src/auth', { recursive: true });
  fs.writeFileSync('src/auth/copy-' + index + '.txt', text);
  if (!file.endsWith('.js')) return;
  const script = 'require("./' + file + '").fail?.()';
  const run = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  console.log(run.stderr.split('\\n').slice(0, 6).join('\\n'));
});
process.exit(1);
`;

export interface CanaryRepository {
  readonly path: string;
  readonly gitDir: string;
  remove(): Promise<void>;
}

/** A git repository with one canary per category and file, checked out as a linked worktree. */
export function createCanaryRepository(more: Readonly<Record<string, string>> = {}): CanaryRepository {
  const folder = mkdtempSync(join(tmpdir(), 'canaries-'));
  const origin = join(folder, 'origin');
  const path = join(folder, 'worktree');
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(origin, file)), { recursive: true });
    writeFileSync(join(origin, file), text);
  };
  for (const [category, file, render] of FOUND) put(file, render(canaryOf(category)));
  for (const { path: file, category } of CANARY_RULES)
    put(file, `# Notes\n\nIt says ${canaryOf(category)}.\n`);
  put('test/nosy.js', NOSY_TEST);
  put('README.md', '# Orders\n');
  for (const [file, text] of Object.entries(more)) put(file, text);
  const git = (...args: string[]): void => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
    execFileSync('git', [...identity, ...args], { cwd: origin, stdio: 'ignore' });
  };
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'Canaries');
  git('worktree', 'add', '-q', '--detach', path);
  return {
    path,
    gitDir: join(origin, '.git'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

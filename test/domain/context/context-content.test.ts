// Needs nothing.
import type { ContextCategory } from '../../../src/domain/context/context-categories';
import {
  addContextAccount,
  boundContextAccount,
  ContextAccount,
  NO_CONTEXT,
} from '../../../src/domain/context/context-account';
import { categoryOfFile, judgeFile, type ContextHolder } from '../../../src/domain/context/context-files';
import { grantable } from '../../../src/domain/context/context-grant';

const DDL = 'module.exports = `\ncreate table a (\n  id uuid primary key,\n  name text not null\n);\n`;\n';
const MANIFEST = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n';
const PAGE = '<html>\n<body>\n<p class="a">Hello</p>\n</body>\n</html>\n';

test.each<[string, string, string, ContextCategory | null]>([
  ['a source that is mostly tables', 'src/tables.js', DDL, 'database-schema'],
  [
    'a source with a builder of tables',
    'src/setup.ts',
    'await knex.schema.createTable("a", (t) => t.uuid("id"));',
    'database-schema',
  ],
  [
    'a source that mentions a table once',
    'src/app.js',
    'const a = 1;\nrun("create table x");\nconst b = 2;\nconst c = 3;',
    'implementation-code',
  ],
  [
    'queries under another name',
    'src/busiest.py',
    'select id\nfrom orders\nwhere total > 3\norder by total\n',
    'query-patterns',
  ],
  [
    'roles and rights in SQL',
    'ops.sql',
    'create role app;\ngrant select on orders to app;\nrevoke all on orders from public;\n',
    'database-administration',
  ],
  ['a backup script', 'scripts/nightly', '#!/bin/sh\npg_dump orders > /backup\n', 'database-administration'],
  ['a Kubernetes manifest', 'config/orders.yaml', MANIFEST, 'devops-configuration'],
  [
    'a manifest that also claims to be a contract',
    'config/a.yaml',
    `openapi: 3.1.0\n${MANIFEST}`,
    'devops-configuration',
  ],
  ['services for Compose', 'local.yml', 'services:\n  db:\n    image: postgres\n', 'devops-configuration'],
  ['a pipeline', 'ci/build.yml', 'on: push\njobs:\n  a:\n    runs-on: x\n', 'devops-configuration'],
  ['a contract in YAML', 'config/public.yaml', 'openapi: 3.1.0\ninfo: {}\n', 'api-contracts'],
  ['a contract in JSON', 'config/public.json', '{\n  "openapi": "3.1.0"\n}', 'api-contracts'],
  ['a page in a template', 'mails/welcome.tpl', PAGE, 'frontend-markup'],
  ['styles under another name', 'theme.txt.in', '.a {\n  color: red;\n  margin: 0;\n}\n', 'frontend-markup'],
  ['plain settings', 'config/app.yaml', 'port: 3000\nlog: info\n', null],
  ['prose that shows an example', 'notes.md', `# Notes\n\n${PAGE}`, null],
  ['a path that says enough', 'k8s/readme.yaml', 'openapi: 3.1.0\n', 'devops-configuration'],
  ['a binary file', 'data', '\0pg_dump', null],
])('%s: %s', (_, path, text, category) => {
  expect(categoryOfFile(path, text, [])).toBe(category);
});

test('hostile text is looked at in no time', () => {
  for (const text of [
    'a-'.repeat(8000),
    `${'x '.repeat(8000)}{`,
    `${'-'.repeat(16000)};`,
    'grant '.repeat(3000),
  ]) {
    for (const path of ['a.css.in', 'a.sql', 'a.yaml', 'src/a.js']) categoryOfFile(path, text.repeat(1), []);
  }
});

test('the target says what a file is about before anything else does', () => {
  const rules = [
    { path: 'ops/**', category: 'devops-configuration' },
    { path: 'src/app.js', category: 'business-logic' },
  ] as const;
  expect(categoryOfFile('ops/a/b.txt', null, rules)).toBe('devops-configuration');
  expect(categoryOfFile('src/app.js', DDL, rules)).toBe('business-logic');
  expect(categoryOfFile('src/other.js', null, rules)).toBe('implementation-code');
});

const holder: ContextHolder = {
  role: 'api-architect',
  task: { owns: ['migrations/**'], shares: ['k8s/a.yaml'] },
  conflicts: ['src/db/a.js'],
  reviewed: ['src/db/b.js'],
  granted: ['docs/backup/**'],
};

test.each([
  ['openapi.yaml', 'api-contracts', { kind: 'allowed' }],
  ['LICENSE', null, { kind: 'allowed' }],
  ['migrations/1.sql', 'database-schema', { kind: 'exception', exception: 'owned' }],
  ['k8s/a.yaml', 'devops-configuration', { kind: 'exception', exception: 'shared' }],
  ['src/db/a.js', 'data-access-code', { kind: 'exception', exception: 'conflict' }],
  ['src/db/b.js', 'data-access-code', { kind: 'exception', exception: 'reviewed' }],
  ['docs/backup/x.md', 'database-administration', { kind: 'exception', exception: 'granted' }],
  ['k8s/b.yaml', 'devops-configuration', { kind: 'denied' }],
] as const)('%s of %s for a task with exceptions', (path, category, expected) => {
  expect(judgeFile(holder, path, category)).toMatchObject(expected);
});

test('whoever grants can narrow what was asked, never widen it', () => {
  const request = { paths: ['docs/**', 'k8s/a.yaml'], reason: 'x' };
  const granted = ['docs/backup.md', 'docs/ops/**', 'k8s/a.yaml', 'k8s/b.yaml', 'src/**', 'docs'];
  expect(grantable(request, { granted, reason: 'y' }).granted).toEqual([
    'docs/backup.md',
    'docs/ops/**',
    'k8s/a.yaml',
  ]);
});

const account = (changes: Partial<ContextAccount>): ContextAccount => ({ ...NO_CONTEXT, ...changes });

test('accounts of one task add up, and an exception used twice is one', () => {
  const a = account({
    offered: 10,
    filtered: 4,
    sent: 6,
    categories: [{ category: 'common', filtered: 4, sent: 6 }],
    exceptions: [{ path: 'a', reason: 'owned' }],
    exceptionCount: 1,
    flags: [{ flag: 'git', times: 1 }],
  });
  const sum = addContextAccount(a, { ...a, flags: [{ flag: 'git', times: 2 }], unmaskedShell: true });
  expect(sum).toMatchObject({
    offered: 20,
    filtered: 8,
    sent: 12,
    categories: [{ category: 'common', filtered: 8, sent: 12 }],
    exceptionCount: 1,
    flags: [{ flag: 'git', times: 3 }],
    unmaskedShell: true,
  });
  expect(addContextAccount(undefined, a)).toBe(a);
  expect(addContextAccount(a, undefined)).toBe(a);
});

test('an account stays within a kilobyte and its schema, and says how many exceptions there were', () => {
  const many = account({
    exceptions: Array.from({ length: 50 }, (_, n) => ({
      path: `src/${'deep/'.repeat(60)}${String(n)}`,
      reason: 'reviewed' as const,
    })),
    exceptionCount: 50,
  });
  const bound = boundContextAccount(many);
  expect(JSON.stringify(bound).length).toBeLessThanOrEqual(1024);
  expect(ContextAccount.parse(bound).exceptionCount).toBe(50);
});

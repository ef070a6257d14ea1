// Needs nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../../src/config/package-root';
import {
  COORDINATOR,
  FRONTEND_COORDINATOR,
  mention,
  SPECIALIST_NAMES,
  TECH_LEAD,
} from '../../../src/domain/department/specialists';
import { CONCERNS } from '../../../src/domain/department/levels';
import { TASK_KINDS } from '../../../src/domain/plan/plan';
import { TRIGGERS } from '../../../src/domain/department/triggers';

const Frontmatter = z.strictObject({
  name: z.string(),
  description: z.string().min(20).max(300),
  model: z.enum(['opus', 'sonnet', 'haiku']),
});

const folder = join(packageRoot(__dirname), 'agents');
const files = readdirSync(folder).sort();
const roles = files.map((file) => {
  const [, frontmatter = '', body = ''] = readFileSync(join(folder, file), 'utf8').split(/^---$/m);
  return { file, body, frontmatter: Frontmatter.parse(parse(frontmatter)) };
});
const everyRole = [...SPECIALIST_NAMES, COORDINATOR, FRONTEND_COORDINATOR, TECH_LEAD];
const TOOLS = [
  'read',
  'bash',
  'run_checks',
  'consult',
  'request_context',
  'raise_escalation',
  'submit_handoff',
];

test('each role has a file and each file is a role', () => {
  expect(files).toEqual(everyRole.map((name) => `${name}.md`).sort());
});

test.each(roles)('$file is named in its frontmatter as in its file name', ({ file, frontmatter }) => {
  expect(`${frontmatter.name}.md`).toBe(file);
});

test.each(roles)('$file can be read in one sitting and says when work is done', ({ body }) => {
  expect(body.split('\n').length).toBeGreaterThan(45);
  expect(body.split('\n').length).toBeLessThan(110);
  expect(body).toMatch(/^## Definition of done$/m);
  expect(body).toMatch(/^## What you do not do$/m);
});

test.each(roles)('$file mentions only roles and reasons that exist', ({ body }) => {
  const mentions = [...body.matchAll(/(?<![\w`@])@([a-z][a-z-]+)\b/g)].map(([, name]) => name ?? '');
  expect(mentions.filter((name) => !everyRole.some((role) => mention(role) === `@${name}`))).toEqual([]);
  const reasons = [...body.matchAll(/`raise_escalation`[^.]*?with ([^.]*)\./g)].flatMap(([, text = '']) =>
    [...text.matchAll(/`([a-z]+-[a-z-]+)`/g)].map(([, name]) => name),
  );
  const triggers: readonly (string | undefined)[] = TRIGGERS.map((row) => row.name);
  expect(reasons.filter((name) => !triggers.includes(name))).toEqual([]);
  const concerns = [...body.matchAll(/with concern `([a-z]+)`/g)].map(([, name]) => name);
  expect(concerns.filter((name) => !CONCERNS.some((concern) => concern === name))).toEqual([]);
});

test.each(roles.filter((role) => SPECIALIST_NAMES.some((name) => name === role.frontmatter.name)))(
  '$file explains when to use which tool',
  ({ body }) => {
    expect(TOOLS.filter((tool) => !body.includes(`\`${tool}\``))).toEqual([]);
  },
);

test.each(roles.filter((role) => SPECIALIST_NAMES.some((name) => name === role.frontmatter.name)))(
  '$file says of each kind of output when it is done, or whose it is',
  ({ body }) => {
    const done = /^## Definition of done$([^]*?)^## /m.exec(body)?.[1] ?? '';
    expect(TASK_KINDS.filter((kind) => !done.includes(`**${kind}**`))).toEqual([]);
  },
);

test('the coordinator names every kind of output and who does it', () => {
  const body = roles.find((role) => role.frontmatter.name === COORDINATOR)?.body ?? '';
  expect(TASK_KINDS.filter((kind) => !body.includes(`| ${kind} |`))).toEqual([]);
});

test('the coordinator is opus and says that it never writes code', () => {
  const coordinator = roles.find((role) => role.frontmatter.name === COORDINATOR);
  expect(coordinator?.frontmatter.model).toBe('opus');
  expect(coordinator?.body).toContain('You never write code');
});

// Needs temporary folders; no server.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeCoverage, findCoverage, findSample } from '../../src/offline/coverage';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { FIXTURE_PLAYBOOKS, matching } from '../model/fixtures';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'playbooks-'));
  await mkdir(join(dir, 'mine', 'files'), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const HEAD = `
name: mine
title: Mine
covers: [[a]]
target: { sample: s }
scenarios: [{ name: default, title: d }]
answers:
`;

const ANSWER = '  - { id: x, when: {}, reply: { text: a } }';

async function loadWith(answers: string): Promise<unknown> {
  await writeFile(join(dir, 'mine', 'files', 'd.yaml'), 'summary: no tables');
  await writeFile(join(dir, 'mine', 'playbook.yaml'), HEAD + answers);
  return loadPlaybooks(dir);
}

test('files named in writes and inputs become contents', async () => {
  const [tiny] = await loadPlaybooks(FIXTURE_PLAYBOOKS);
  const reply = tiny?.answers.find((answer) => answer.id === 't001-write')?.reply;
  expect(reply?.kind === 'turn' ? reply.tools[1]?.input : null).toEqual({
    file_path: 'src/greeting.js',
    content: matching('Hello'),
  });
});

test.each([
  [
    'two answers of one id',
    '  - { id: x, when: {}, reply: { text: a } }\n  - { id: x, when: {}, reply: { text: b } }',
    /two answers have the id "x"/,
  ],
  [
    'an unknown scenario',
    '  - { id: x, scenarios: [other], when: {}, reply: { text: a } }',
    /scenario "other"/,
  ],
  ['an unknown answer', '  - { id: x, when: { after: y }, reply: { text: a } }', /comes after "y"/],
  [
    'a missing file',
    '  - { id: x, when: {}, reply: { jsonFile: no.yaml } }',
    /files\/no.yaml could not be read/,
  ],
  ['a file outside', '  - { id: x, when: {}, reply: { jsonFile: ../../x } }', /answers.0.reply/],
  ['a broken pattern', '  - { id: x, when: { contains: "(" }, reply: { text: a } }', /answers.0.when/],
  ['an unknown condition', '  - { id: x, when: { attempt: 2 }, reply: { text: a } }', /answers.0.when/],
  ['an empty reply', '  - { id: x, when: {}, reply: {} }', /answers.0.reply/],
  [
    'a design in an unknown scenario',
    `${ANSWER}\ndesign: [{ task: backend-T001, scenarios: [other], file: d.yaml }]`,
    /the design of backend-T001 names the scenario "other"/,
  ],
  [
    'a design that is none',
    `${ANSWER}\ndesign: [{ task: backend-T001, file: d.yaml }]`,
    /files\/d.yaml is no design, at tables/,
  ],
  [
    'a change of a contract in an unknown scenario',
    `${ANSWER}\nvalidate: { approve: [{ operation: null, comment: c }], changes: [{ scenarios: [other], operation: null, until: a, comment: c }] }`,
    /a change in validate names the scenario "other"/,
  ],
  [
    'a migration outside',
    `${ANSWER}\nmigrations: [{ task: backend-T001, dir: ../db, identifier: '1', name: x }]`,
    /migrations.0.dir/,
  ],
  ['no YAML', '  - { id: [', /not YAML/],
])('%s is told with the place and what to do', async (_, answers, expected) => {
  await expect(loadWith(answers)).rejects.toThrow(expected);
  await expect(loadWith(answers)).rejects.toThrow(/The playbook "mine" cannot be used.*mend it/s);
});

test('an objective is covered when every group has a word in it, and only on its sample', async () => {
  const playbooks = await loadPlaybooks(FIXTURE_PLAYBOOKS);
  expect(findCoverage(playbooks, 'Greet everybody with a WELCOME', 'greeter')?.name).toBe('tiny');
  expect(findCoverage(playbooks, 'Greet everybody', 'greeter')).toBeNull();
  expect(findCoverage(playbooks, 'Greet everybody with a welcome', null)).toBeNull();
  expect(describeCoverage(playbooks)).toBe(
    'The offline model covers: "A greeting" (an objective with greet + hello, on the sample greeter); set ANTHROPIC_API_KEY to use Claude.',
  );
});

test('without a repository an objective goes to the sample of the playbook that covers it', async () => {
  const playbooks = await loadPlaybooks(FIXTURE_PLAYBOOKS);
  expect(findSample(playbooks, 'Greet everybody with a WELCOME')).toBe('greeter');
  expect(findSample(playbooks, 'Make coffee')).toBeNull();
});

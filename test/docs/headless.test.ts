// Needs no server: the example for GitHub Actions, as far as it can be judged without running it.
import { parse } from 'yaml';
import { z } from 'zod';
import { EXIT_CODES } from '../../src/domain/common/exit-codes';
import { readDocument, table } from './documents';

const text = readDocument('docs/examples/github-actions.yml');
const Variables = z.record(z.string(), z.string()).default({});
const Step = z.strictObject({
  name: z.string().optional(),
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  run: z.string().optional(),
  env: Variables,
  'timeout-minutes': z.int().optional(),
});
const Workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    workflow_dispatch: z.strictObject({ inputs: z.record(z.string(), z.unknown()) }),
  }),
  permissions: z.strictObject({}),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.literal(false) }),
  jobs: z.strictObject({
    objective: z.strictObject({
      'runs-on': z.string(),
      'timeout-minutes': z.int(),
      permissions: z.record(z.string(), z.string()),
      env: Variables,
      steps: z.array(Step),
    }),
  }),
});
const job = Workflow.parse(parse(text)).jobs.objective;
const build = job.steps.find(({ name }) => name === 'Build');

test('actions are pinned by their commit, with the version beside it', () => {
  const used = job.steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
  expect(used.length).toBeGreaterThan(4);
  for (const action of used) {
    expect(action).toMatch(/^actions\/[\w/-]+@[0-9a-f]{40}$/);
    expect(text).toMatch(new RegExp(`uses: ${action} # v\\d+\\.\\d+\\.\\d+\\n`));
  }
});

test('no script has an expression in it, so that nothing people write becomes a command', () => {
  const scripts = job.steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
  expect(scripts).toHaveLength(4);
  expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
});

test('only the step that builds sees the key of the model and the token, and no checkout leaves it behind', () => {
  const secrets = /ANTHROPIC_API_KEY|github\.token|GITHUB_TOKEN/;
  expect(JSON.stringify(job.env)).not.toMatch(secrets);
  for (const step of job.steps) expect(secrets.test(JSON.stringify(step))).toBe(step === build);
  const checkouts = job.steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout'));
  expect(checkouts.map(({ with: given }) => given['persist-credentials'])).toEqual([false, false]);
});

test('it may do what a pull request takes and nothing else, and has time left to save the home', () => {
  expect(job.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' });
  expect(build?.['timeout-minutes']).toBeLessThan(job['timeout-minutes']);
  expect(job.steps.find(({ name }) => name === 'Save')?.if).toBe('always()');
});

test('docs/headless.md says of every exit code what a job does', () => {
  const rows = table(readDocument('docs/headless.md'), 'exit code').map(([code]) => Number(code));
  expect(rows.sort((a, b) => a - b)).toEqual(EXIT_CODES.map(({ code }) => code));
});

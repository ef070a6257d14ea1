// Needs git and temporary folders. The scenario in which the frontend asks for a change of the contract.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Plan } from '../../src/domain/plan/plan';
import type { AttemptPrompt } from '../../src/domain/work/work';
import { createClientFor } from '../../src/model/client';
import { createCoordination } from '../../src/model/coordination';
import { loadRoles } from '../../src/model/roles';
import { createSpecialists } from '../../src/model/tool-loop';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import type { Dossier } from '../../src/domain/work/dossier';
import type { FrontendReview } from '../../src/domain/contract/frontend-review';
import { memoryBlobs } from '../model/fixtures';
import { askingFixture, deskFixture } from '../support/journals';
import { describeSample } from './support/describe-sample';
import { createSampleRepository, type SampleRepository } from './support/sample-repository';

const ROOT = join(__dirname, '..', '..');
const { signal } = new AbortController();

let offline: OfflineModel;
let repository: SampleRepository;
beforeAll(async () => {
  offline = await startOfflineModel({ playbooks: await loadPlaybooks(join(ROOT, 'playbooks')) });
});
afterAll(() => offline.stop());
beforeEach(async () => {
  repository = await createSampleRepository({
    name: 'orders-service',
    modules: null,
    commands: { test: ['true'], lint: ['true'] },
    environment: { PATH: process.env['PATH'] },
    addDependency: () => Promise.resolve([]),
    remove: () => Promise.resolve(),
  });
});
afterEach(() => repository.remove());

/** The contract's task of a scenario, attempt by attempt. */
async function designer(scenario: string): Promise<{
  readonly attempt: (prompt: AttemptPrompt) => Promise<string>;
  readonly spec: () => Promise<string>;
  readonly review: (revision: number, earlier: readonly string[]) => Promise<FrontendReview>;
}> {
  const blobs = memoryBlobs();
  const roles = await loadRoles(join(ROOT, 'agents'));
  const clientFor = createClientFor({
    anthropic: { apiKey: undefined, baseUrl: undefined },
    offlineUrl: (playbook, of) => offline.url(playbook, of),
  });
  const coordination = createCoordination({ clientFor, roles, blobs });
  const specialists = createSpecialists({
    clientFor,
    roles,
    blobs,
    checks: { runChecks: () => Promise.resolve({ passed: true, output: '' }) },
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      addDependency: () => Promise.reject(new Error('the contract adds no dependency')),
    },
    runShell: () => Promise.reject(new Error('the playbook uses no shell')),
  });
  const objective = 'Add user authentication system with OAuth2 and JWT';
  const dossier: Dossier = await describeSample(repository, { playbook: 'auth', objective, scenario });
  const analysis = (await coordination.analyse({ dossier, asking: askingFixture(), signal })).value;
  const question = { dossier, analysis, refusals: [], comment: null, asking: askingFixture(), signal };
  const [first] = Plan.parse((await coordination.plan(question)).value).tasks;
  if (first === undefined) throw new Error('the plan has a first task');
  const task = { ...first, blocks: [] };
  const path = await repository.worktree(`contract-${scenario}`, await repository.head());
  let transcript: string | null = null;
  let number = 0;
  const spec = (): Promise<string> => readFile(join(path, 'openapi.yaml'), 'utf8');
  return {
    spec,
    attempt: async (prompt) => {
      const outcome: Awaited<ReturnType<typeof specialists.work>> = await specialists.work({
        dossier,
        task,
        attemptId: `${task.id}/${String((number += 1))}`,
        level: 0,
        specialist: task.specialist,
        worktree: { path, gitDir: join(repository.path, '.git'), head: '0'.repeat(40), conflicts: [] },
        prompt,
        desk: deskFixture(),
        keepsFiles: false,
        grants: [],
        transcript,
        allowanceUsd: null,
        thrift: 0,
        signal,
        onProgress: () => undefined,
      });
      ({ transcript } = outcome);
      return outcome.end.kind;
    },
    review: async (revision, earlier) => {
      const text = await spec();
      const operations = ['POST /v1/auth/login', 'POST /v1/auth/refresh', 'GET /v1/account'];
      const shown = { name: 'orders', revision, hash: 'f'.repeat(64), operations, breaking: [] };
      // The names of fields are those of the generated types.
      const brief = { task, ...shown, changelog: null, types: text, earlier };
      return (await coordination.validateContract({ dossier, brief, asking: askingFixture(), signal })).value;
    },
  };
}

const DELEGATION: AttemptPrompt = { kind: 'delegation' };
const linesOf = ({ comments }: FrontendReview): string[] =>
  comments.map(({ operation, comment }) => `${operation ?? ''}: ${comment}`);
const guidance = (lines: readonly string[]): AttemptPrompt => ({
  kind: 'guidance',
  from: '@frontend-coordinator',
  text: `The frontend asks for changes of the contract before it is built:\n${lines.map((line) => `- ${line}`).join('\n')}`,
});

test('what the frontend asks for is changed, exactly that, and the next revision is approved', async () => {
  const contract = await designer('contract');
  expect(await contract.attempt(DELEGATION)).toBe('handed-off');
  const first = await contract.review(1, []);
  expect(first.decision).toBe('request-changes');
  expect(await contract.attempt(guidance(linesOf(first)))).toBe('handed-off');
  expect(await contract.review(2, linesOf(first))).toMatchObject({ decision: 'approve' });
  const clean = await designer('clean');
  await clean.attempt(DELEGATION);
  expect(await contract.spec()).toBe(await clean.spec());
});

test('when what it asked for does not arrive, the contract is as it was and it asks again', async () => {
  const contract = await designer('contract');
  await contract.attempt(DELEGATION);
  const before = await contract.spec();
  const first = await contract.review(1, []);
  expect(await contract.attempt(guidance(['something is missing']))).toBe('handed-off');
  expect(await contract.spec()).toBe(before);
  expect(await contract.review(2, linesOf(first))).toEqual(first);
});

test('in every other scenario the first revision is approved', async () => {
  const contract = await designer('clean');
  await contract.attempt(DELEGATION);
  expect(await contract.review(1, [])).toMatchObject({ decision: 'approve' });
});

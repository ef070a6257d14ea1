// Needs loopback; no server beyond the offline model.
import { createClientFor } from '../../src/model/client';
import { createCoordination } from '../../src/model/coordination';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import type { Coordination } from '../../src/ports/department';
import { askingFixture } from '../support/journals';
import { dossierFixture, FIXTURE_PLAYBOOKS, memoryBlobs, rolesFixture, taskFixture } from './fixtures';

let offline: OfflineModel;
let coordination: Coordination;
const { signal } = new AbortController();

beforeAll(async () => {
  offline = await startOfflineModel({ playbooks: await loadPlaybooks(FIXTURE_PLAYBOOKS) });
  coordination = createCoordination({
    clientFor: createClientFor({
      anthropic: { apiKey: undefined, baseUrl: undefined },
      offlineUrl: (playbook, scenario) => offline.url(playbook, scenario),
    }),
    roles: rolesFixture(),
    blobs: memoryBlobs(),
  });
});
afterAll(() => offline.stop());

const QUESTION = { concern: 'performance', question: 'Why is it slow?' } as const;

test('no structured question ever carries a tool', async () => {
  const dossier = dossierFixture();
  const task = taskFixture();
  const from = offline.requests.length;
  await coordination.analyse({ dossier, asking: askingFixture(), signal });
  await coordination
    .plan({
      dossier,
      analysis: (await coordination.analyse({ dossier, asking: askingFixture(), signal })).value,
      refusals: ['a cycle'],
      comment: 'smaller',
      asking: askingFixture(),
      signal,
    })
    .catch(() => undefined);
  await coordination.consult({
    dossier,
    task,
    peer: 'backend-architect',
    question: QUESTION,
    asking: askingFixture(),
    signal,
  });
  await coordination.review({
    dossier,
    task,
    specialist: 'nodejs-expert',
    roster: ['python-pro'],
    failure: 'timed out',
    asking: askingFixture(),
    signal,
  });
  const bodies = offline.requests.slice(from).map((request) => request.body);
  expect(bodies).toHaveLength(5);
  for (const body of bodies) {
    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('mcp_servers');
    expect(body).toHaveProperty('output_config.format.schema.title');
  }
});

test('an answer is a value of its schema, with what it used', async () => {
  const { value, usage } = await coordination.analyse({
    dossier: dossierFixture(),
    asking: askingFixture(),
    signal,
  });
  expect(value.apiEndpoints).toEqual(['GET /greeting']);
  expect(usage).toMatchObject({ requests: 1, usd: null });
});

test('a review is a decision of the coordinator', async () => {
  const { value } = await coordination.review({
    dossier: dossierFixture(),
    task: taskFixture(),
    specialist: 'nodejs-expert',
    roster: ['python-pro'],
    failure: 'timed out',
    asking: askingFixture(),
    signal,
  });
  expect(value).toEqual({ action: 'reassign', assignee: 'python-pro', guidance: 'start anew' });
});

test('an answer that does not fit goes back once with what is wrong', async () => {
  const { value, usage } = await coordination.analyse({
    dossier: dossierFixture('broken'),
    asking: askingFixture(),
    signal,
  });
  expect(value.summary).toBe('A greeting is added.');
  expect(usage.requests).toBe(2);
});

test('an answer that does not fit twice is malformed, after two requests', async () => {
  const from = offline.requests.length;
  const asked = coordination.consult({
    dossier: dossierFixture('broken'),
    task: taskFixture(),
    peer: 'backend-architect',
    question: QUESTION,
    asking: askingFixture(),
    signal,
  });
  await expect(asked).rejects.toMatchObject({ type: 'Model.Malformed', retryable: false });
  expect(offline.requests.length - from).toBe(2);
});

test('a question no playbook answers is refused for good', async () => {
  const asked = coordination.review({
    dossier: dossierFixture(),
    task: taskFixture(),
    specialist: 'nodejs-expert',
    roster: [],
    failure: 'something else',
    asking: askingFixture(),
    signal,
  });
  await expect(asked).rejects.toMatchObject({ type: 'Model.InvalidRequest', retryable: false });
});

test('a peer without a role is a sentence about the roles there are', async () => {
  const asked = coordination.consult({
    dossier: dossierFixture(),
    task: taskFixture(),
    peer: 'astrologer',
    question: QUESTION,
    asking: askingFixture(),
    signal,
  });
  await expect(asked).rejects.toThrow(/There is no role @astrologer; known are backend-coordinator/);
});

test('a request for context is decided by the coordinator, and no more is granted than was asked', async () => {
  const from = offline.requests.length;
  const { value } = await coordination.decideContext({
    dossier: dossierFixture(),
    task: taskFixture(),
    specialist: 'nodejs-expert',
    request: { paths: ['k8s/a.yaml'], reason: 'the port' },
    asking: askingFixture(),
    signal,
  });
  expect(value).toEqual({ granted: ['k8s/a.yaml'], reason: 'The port is set there.' });
  expect(offline.requests.at(from)?.body).not.toHaveProperty('tools');
});

test('a secret in the conventions of a repository reaches no model', async () => {
  const secret = ['AK', 'IA', 'IOSFODNN7EXAMPLE'].join('');
  await coordination.analyse({
    dossier: { ...dossierFixture(), conventions: `key ${secret}` },
    asking: askingFixture(),
    signal,
  });
  expect(JSON.stringify(offline.requests.at(-1)?.body)).toContain('redacted:aws-access-key');
  expect(JSON.stringify(offline.requests.at(-1)?.body)).not.toContain(secret);
});

test('a peer and the coordinator are shown of a delegation what their own role may know', async () => {
  const context = {
    ...taskFixture().context,
    databaseSchema: ['table of orders'],
    apiSpecifications: ['tag orders'],
  };
  const task = taskFixture('backend-T001', { context });
  await coordination
    .consult({
      dossier: dossierFixture(),
      task,
      peer: 'api-architect',
      question: QUESTION,
      asking: askingFixture(),
      signal,
    })
    .catch(() => undefined);
  const body = JSON.stringify(offline.requests.at(-1)?.body);
  expect(body).toContain('tag orders');
  expect(body).not.toContain('table of orders');
});

// Needs loopback and temporary folders; no server beyond the offline model, no git.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { AttemptPrompt } from '../../src/domain/work/work';
import type { ModelChoice } from '../../src/domain/objective/objective';
import { createClientFor, type CallWitness } from '../../src/model/client';
import { createCoordination } from '../../src/model/coordination';
import { createSpecialists } from '../../src/model/tool-loop';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { createPlaybookRecorder, toYaml, type PlaybookRecorder } from '../../src/offline/playbook-recorder';
import { createRecording } from '../../src/offline/recording';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { askingFixture, deskFixture } from '../support/journals';
import {
  dossierFixture,
  FIXTURE_PLAYBOOKS,
  matching,
  memoryBlobs,
  rolesFixture,
  taskFixture,
  temporaryWorktree,
} from '../model/fixtures';

const SECRET = ['sk', 'ant', 'api03-abcdefgh12345678'].join('-');
const HEAD = { name: 'tape', objective: 'Greet people with hello', sample: 'greeter', secrets: [] };

let dir: string;
let provider: OfflineModel;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'record-'));
  provider = await startOfflineModel({ playbooks: await loadPlaybooks(FIXTURE_PLAYBOOKS) });
});
afterEach(async () => {
  await provider.stop();
  await rm(dir, { recursive: true, force: true });
});

interface CheckOutcome {
  readonly passed: boolean;
  readonly output: string;
}
const SLOW_FIRST: readonly CheckOutcome[] = [
  { passed: false, output: 'it is slow, 12.5 s' },
  { passed: true, output: 'ok' },
];

/** A run as the department makes it: questions, a consultation in mid-attempt, a failed gate, a reassignment. */
async function run(
  model: ModelChoice,
  offlineUrl: string,
  witness?: CallWitness,
  outcomes: readonly CheckOutcome[] = SLOW_FIRST,
): Promise<unknown> {
  const clientFor = createClientFor({
    anthropic: { apiKey: SECRET, baseUrl: offlineUrl },
    offlineUrl: () => offlineUrl,
    witness,
  });
  const blobs = memoryBlobs();
  const roles = rolesFixture();
  const dossier = { ...dossierFixture(), model };
  const signal = new AbortController().signal;
  const coordination = createCoordination({ clientFor, roles, blobs });
  const worktree = await temporaryWorktree();
  const checks = [...outcomes];
  const specialists = createSpecialists({
    clientFor,
    roles,
    blobs,
    checks: { runChecks: () => Promise.resolve(checks.shift() ?? { passed: true, output: 'ok' }) },
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      addDependency: () => Promise.reject(new Error('no')),
    },
    runShell: () => Promise.reject(new Error('no')),
  });
  const work = (prompt: AttemptPrompt, transcript: string | null) =>
    specialists.work({
      dossier,
      task: taskFixture(),
      attemptId: 'backend-T001/1',
      level: 0,
      specialist: 'nodejs-expert',
      worktree,
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
  try {
    const analysis = await coordination.analyse({ dossier, asking: askingFixture(), signal });
    const asked = await work({ kind: 'delegation' }, null);
    const question = { concern: 'performance', question: 'Why is it slow?' } as const;
    const peer = 'backend-architect';
    const advice = await coordination.consult({
      dossier,
      task: taskFixture(),
      peer,
      question,
      asking: askingFixture(),
      signal,
    });
    const advised = { kind: 'advice', from: peer, advice: advice.value, failure: null } as const;
    const done = await work(advised, asked.transcript);
    const again = await work({ kind: 'guidance', from: 'ada', text: 'once more' }, null);
    const greeting = await readFile(join(worktree.path, 'src/greeting.js'), 'utf8');
    return {
      analysis: analysis.value,
      asked: asked.end,
      advice: advice.value,
      done: done.end,
      again: again.end,
      greeting,
    };
  } finally {
    await worktree.remove();
  }
}

async function replay(name: string, outcomes?: readonly CheckOutcome[]): Promise<unknown> {
  const offline = await startOfflineModel({ playbooks: await loadPlaybooks(dir) });
  try {
    const model = { kind: 'offline', playbook: name, scenario: 'default' } as const;
    return await run(model, offline.url(name, 'default'), undefined, outcomes);
  } finally {
    await offline.stop();
  }
}

const recorder = (): Promise<PlaybookRecorder> => createPlaybookRecorder(join(dir, 'tape'), HEAD);

test('a run is recorded while it goes on, and its recording replays to the same result', async () => {
  const tape = await recorder();
  const recorded = await run({ kind: 'anthropic' }, provider.url('tiny', 'default'), tape);
  await tape.close();
  expect(recorded).toMatchObject({ asked: { kind: 'consult' }, done: { kind: 'handed-off' } });
  expect(await replay('tape')).toEqual(recorded);
});

test('what a model writes becomes a file, what it answers to a question as well', async () => {
  const tape = await recorder();
  await run({ kind: 'anthropic' }, provider.url('tiny', 'default'), tape);
  await tape.close();
  const files = (await readdir(join(dir, 'tape', 'files'), { recursive: true })).sort();
  expect(files).toEqual(
    expect.arrayContaining(['analyse.json', 'consult-t001.json', 't001/1/src/greeting.js']),
  );
  const [playbook] = await loadPlaybooks(dir);
  expect(playbook).toMatchObject({
    name: 'tape',
    title: HEAD.objective,
    covers: [['greet'], ['people'], ['with'], ['hello']],
    target: { sample: 'greeter' },
  });
});

test('in a replay where the evidence is another, the recorded answer to it is not given', async () => {
  const tape = await recorder();
  await run({ kind: 'anthropic' }, provider.url('tiny', 'default'), tape);
  await tape.close();
  const quick = [{ passed: true, output: 'ok' }];
  await expect(replay('tape', quick)).rejects.toMatchObject({ type: 'Model.InvalidRequest' });
});

describe('answers', () => {
  const ask = (content: string, title: string | null = null): unknown => ({
    model: 'm',
    max_tokens: 1,
    messages: [{ role: 'user', content }],
    ...(title === null ? {} : { output_config: { format: { schema: { title } } } }),
  });
  const say = (text: string, stop = 'end_turn'): unknown => ({
    content: [{ type: 'text', text }],
    stop_reason: stop,
  });
  const rendered = (...pairs: readonly (readonly [unknown, unknown])[]): Record<string, unknown>[] => {
    const recording = createRecording({ ...HEAD, secrets: ['tr0ub4dor'] });
    for (const [request, answer] of pairs) recording.add(request, answer);
    return recording.render().playbook['answers'] as Record<string, unknown>[];
  };

  test('of a question asked again are told apart by what only one of the two says', () => {
    const answers = rendered(
      [ask('OBJECTIVE\nGreet\nat 10:31:02', 'plan'), say('{"a":1}')],
      [ask('OBJECTIVE\nGreet\nat 10:44:57\nREFUSED BECAUSE\n- a cycle', 'plan'), say('{"a":2}')],
    );
    expect(answers).toEqual([
      { id: 'plan-2', when: { ask: 'plan', contains: ['- a cycle'] }, reply: { jsonFile: 'plan-2.json' } },
      { id: 'plan', when: { ask: 'plan' }, reply: { jsonFile: 'plan.json' } },
    ]);
  });

  test('of a question whose first wording said more are told apart by what is gone', () => {
    const [second] = rendered(
      [ask('Greet\n- a cycle', 'plan'), say('{}')],
      [ask('Greet', 'plan'), say('[]')],
    );
    expect(second).toMatchObject({ when: { ask: 'plan', lacks: ['- a cycle'] } });
  });

  test('to the same request replace each other: the first one was lost', () => {
    const answers = rendered(
      [ask('TASK ID: backend-T001\n'), say('cut o', 'max_tokens')],
      [ask('TASK ID: backend-T001\n'), say('all of it')],
    );
    expect(answers).toEqual([
      {
        id: 't001',
        when: { task: 'backend-T001', lastContains: ['^TASK ID: backend-T001'] },
        reply: { text: 'all of it' },
      },
    ]);
  });

  test('hold no secrets, neither those of known shape nor those named', () => {
    const told = JSON.stringify(
      rendered(
        [ask('TASK ID: backend-T001\n'), say(`the key is ${SECRET}, the word tr0ub4dor`)],
        [ask(`TASK ID: backend-T001\n${SECRET}`), say('x')],
      ),
    );
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain('tr0ub4dor');
  });

  test('that go on from a turn nobody recorded are counted as gaps', () => {
    const recording = createRecording(HEAD);
    const turn = {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_9', name: 'read', input: {} }],
    };
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_9', content: 'x' }] };
    const first = { role: 'user', content: 'TASK ID: backend-T001\n' };
    recording.add({ model: 'm', max_tokens: 1, messages: [first, turn, result] }, say('y'));
    expect(recording.gaps).toBe(1);
  });
});

test('whatever is recorded reads back as it was', () => {
  const code = `  const config = loadConfig({ ${'DATABASE_URL, '.repeat(20)}});\n\n\ttab  \n`;
  expect(toYaml({ code })).toContain('code: |');
  const character = fc.constantFrom(...' \n\t\r\\ab:#-\'"{}|>%&*é\u2028\u0000');
  const text = fc.string({ unit: character, maxLength: 60 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
      const value = { answers: [{ reply: { tools: [{ name: 'edit', input: { code, texts } }] } }] };
      expect(parse(toYaml(value))).toEqual(value);
    }),
  );
});

test('a recording that cannot be written does not end the run and is told at the end', async () => {
  const tape = await recorder();
  await writeFile(join(dir, 'tape', 'files'), 'in the way');
  await run({ kind: 'anthropic' }, provider.url('tiny', 'default'), tape);
  await expect(tape.close()).rejects.toMatchObject({ message: matching('is not whole'), exitCode: 2 });
});

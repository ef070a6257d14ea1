import type Anthropic from '@anthropic-ai/sdk';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';
import { Dossier } from '../../src/domain/work/dossier';
import { ModelFailure, type ModelFailureType } from '../../src/domain/usage/model-failure';
import type { ModelSettings } from '../../src/domain/usage/model-settings';
import { COORDINATOR } from '../../src/domain/department/specialists';
import { withBreakpoints } from '../../src/model/cache-breakpoints';
import type { ClientFor } from '../../src/model/client';
import { createCoordination } from '../../src/model/coordination';
import { modelId, usageOf } from '../../src/model/models';
import { charterPrompt } from '../../src/model/prompts/charter';
import { loadRoles } from '../../src/model/roles';
import { streamMessage } from '../../src/model/stream-message';
import { createDepartmentTools } from '../../src/model/tools/department';
import { FILE_TOOLS } from '../../src/model/tools/files';
import { say, tell } from '../../src/model/transcript';
import type { Asking } from '../../src/ports/department';
import { createDirectoryJournals } from '../../src/store/directory-journals';
import { createDirectoryBlobStore } from '../../src/store/directory-blob-store';

/** What the checks stand on; nothing of the product is replaced. */
interface LiveChecks {
  readonly clientFor: ClientFor;
  /** The same endpoint with a key nobody has. */
  readonly clientWithBadKey: ClientFor;
  readonly settings: ModelSettings;
}

export interface LiveCheck {
  readonly name: string;
  /** What was seen; throws where it is not what the department relies on. */
  run(checks: LiveChecks): Promise<string>;
}

const CLAUDE = { kind: 'anthropic' } as const;
const IDLE_MS = 60_000;
const { signal } = new AbortController();

export const LIVE_CHECKS: readonly LiveCheck[] = [
  { name: 'structured output', run: checkStructured },
  { name: 'tool loop and caching', run: checkToolLoop },
  {
    name: 'a bad key',
    run: ({ clientWithBadKey, settings }) =>
      expectFailure('Model.Unauthorized', clientWithBadKey, {
        model: modelId(settings.model),
        max_tokens: 1,
      }),
  },
  {
    name: 'an invalid request',
    run: ({ clientFor, settings }) =>
      expectFailure('Model.InvalidRequest', clientFor, { model: modelId(settings.model), max_tokens: 0 }),
  },
];

/** The two questions with the largest schemas, asked as the coordinator asks them. */
async function checkStructured({ clientFor, settings }: LiveChecks): Promise<string> {
  return inTemporaryFolder(async (folder) => {
    const coordination = createCoordination({
      clientFor,
      roles: await loadRoles(join(packageRoot(), 'agents')),
      blobs: createDirectoryBlobStore(folder),
    });
    const dossier = smallDossier(settings);
    const journals = createDirectoryJournals(folder);
    const asking = async <T>(name: string, ask: (asking: Asking) => Promise<T>): Promise<T> => {
      const journal = await journals.open({ objectiveId: dossier.objectiveId, name });
      return ask({ journal, allowanceUsd: null }).finally(() => journal.close());
    };
    const { value: analysis } = await asking('analyse', (given) =>
      coordination.analyse({ dossier, asking: given, signal }),
    );
    const { value: plan } = await asking('plan', (given) =>
      coordination.plan({ dossier, analysis, refusals: [], comment: null, asking: given, signal }),
    );
    return `an analysis, and a plan of ${String(plan.tasks.length)} tasks, both fit their schemas`;
  });
}

const WriteInput = z.object({ file_path: z.literal('hello.txt'), content: z.string() });
const MOST_TURNS = 6;

/** A conversation with the department's own tools until the handoff; its later turns read the cache. */
async function checkToolLoop({ clientFor, settings }: LiveChecks): Promise<string> {
  const tools = [...FILE_TOOLS, ...createDepartmentTools(UNUSED_PORTS)].map((tool) => tool.definition);
  const messages: Anthropic.MessageParam[] = [];
  tell(messages, [
    {
      type: 'text',
      text: 'TASK ID: backend-T001\n\nWrite the file hello.txt with the one word hello in it. When that is done, call submit_handoff. Use one tool a turn.',
    },
  ]);
  let cacheRead = 0;
  return inTemporaryFolder(async (folder) => {
    for (let turn = 1; turn <= MOST_TURNS; turn++) {
      const message = await streamMessage({
        client: clientFor(CLAUDE),
        params: {
          model: modelId(settings.model),
          max_tokens: 2000,
          output_config: { effort: settings.effort },
          ...withBreakpoints({
            tools,
            system: [charterPrompt(undefined), 'You are a specialist of this department.'],
            messages,
          }),
        },
        signal,
        idleMs: IDLE_MS,
      });
      cacheRead += usageOf(message, CLAUDE).cacheRead;
      say(messages, message.content);
      const calls = message.content.filter((block) => block.type === 'tool_use');
      if (calls.some((call) => call.name === 'submit_handoff')) {
        const written = await readFile(join(folder, 'hello.txt'), 'utf8').catch(() => null);
        if (written?.trim() !== 'hello')
          throw new Error('the model handed in without the file it was to write');
        if (cacheRead === 0) throw new Error('no turn read anything from the cache');
        return `${String(turn)} turns, ${String(cacheRead)} tokens read from the cache`;
      }
      if (calls.length === 0)
        throw new Error(`turn ${String(turn)} called no tool (${String(message.stop_reason)})`);
      tell(messages, await Promise.all(calls.map((call) => answer(call, folder))));
    }
    throw new Error(`no handoff in ${String(MOST_TURNS)} turns`);
  });
}

/** Carries out a `write` of hello.txt, and says of anything else that it cannot be done here. */
async function answer(call: Anthropic.ToolUseBlock, folder: string): Promise<Anthropic.ToolResultBlockParam> {
  const input = WriteInput.safeParse(call.input);
  const possible = call.name === 'write' && input.success;
  if (possible) await writeFile(join(folder, 'hello.txt'), input.data.content);
  return {
    type: 'tool_result',
    tool_use_id: call.id,
    content: possible ? 'wrote hello.txt' : 'not here: only write hello.txt, then submit_handoff',
    ...(possible ? {} : { is_error: true }),
  };
}

// Only the definitions of these tools are sent; a call of them is answered above.
const NOT_HERE = (): Promise<never> => Promise.reject(new Error('not part of the smoke check'));
const UNUSED_PORTS = {
  checks: { runChecks: NOT_HERE },
  bootstrap: { ensure: NOT_HERE, addDependency: NOT_HERE },
};

async function expectFailure(
  expected: ModelFailureType,
  clientFor: ClientFor,
  params: Pick<Anthropic.MessageStreamParams, 'model' | 'max_tokens'>,
): Promise<string> {
  const messages = [{ role: 'user' as const, content: 'hello' }];
  const request = { client: clientFor(CLAUDE), params: { ...params, messages }, signal, idleMs: IDLE_MS };
  const error: unknown = await streamMessage(request).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) throw new Error(`it was answered, and ${expected} was expected`);
  if (!(error instanceof ModelFailure)) throw new Error('it could not be asked', { cause: error });
  if (error.type !== expected) throw new Error(`it is ${error.type}, not ${expected}: ${error.message}`);
  return `${expected}, as it should be`;
}

function smallDossier(settings: ModelSettings): Dossier {
  return Dossier.parse({
    objectiveId: 'objective-smoke-00000000',
    objective: 'Add GET /health, which answers 200 with {"status":"ok"}. Nothing else.',
    repository: { kind: 'sample', name: 'smoke', version: '1' },
    repositoryIdentity: 'sample:smoke@1',
    baseRef: 'main',
    baseCommit: '0'.repeat(40),
    model: CLAUDE,
    options: {},
    survey: {
      name: 'smoke',
      stack: 'node',
      framework: 'fastify',
      packageManager: 'npm',
      install: null,
      build: null,
      test: ['npm', 'test'],
      lint: null,
      testTimeoutMs: 60_000,
      migrations: null,
      apiSpec: 'openapi.yaml',
      database: 'none',
      conventions: [],
      manifests: ['package.json'],
      notes: [],
    },
    roles: { brought: [], settings: { [COORDINATOR]: settings } },
    conventions: '',
    files: ['openapi.yaml', 'package.json', 'src/app.js', 'test/app.test.js'],
  });
}

async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'smoke-live-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import type { ContextCategory } from '../../../src/domain/context/context-categories';
import type { ContextGrant } from '../../../src/domain/work/handoff';
import type { DelegatedTask } from '../../../src/domain/plan/plan';
import { createCheckRunner } from '../../../src/gate/check-runner';
import { createClientFor } from '../../../src/model/client';
import { createSpecialists } from '../../../src/model/tool-loop';
import type { Specialists } from '../../../src/ports/department';
import type { Sandbox } from '../../../src/sandbox/sandbox';
import { createRunShell } from '../../../src/worker/run-shell';
import { deskFixture } from '../../support/journals';
import { dossierFixture, memoryBlobs, taskFixture } from '../fixtures';
import { CANARY_FILES, CANARY_RULES, canaryOf, type CanaryRepository } from './canary-repository';
import type { ScriptedCall } from './stand-in';

const TOLD: readonly (readonly [ContextCategory, keyof DelegatedTask['context']])[] = [
  ['api-contracts', 'apiSpecifications'],
  ['database-schema', 'databaseSchema'],
  ['code-patterns', 'codePatterns'],
  ['performance-requirements', 'performanceSlas'],
  ['security-requirements', 'securityRequirements'],
];

const bash = (command: string): ScriptedCall => ({ name: 'bash', input: { command } });
const read = (path: string): ScriptedCall => ({ name: 'read', input: { file_path: path } });
const PATHS = CANARY_FILES.map((row) => row.path);

/** Every way to a file that the tools, links, the shell, git and the repository's own tests offer. */
export const NOSY_TURNS: readonly (readonly ScriptedCall[])[] = [
  PATHS.map(read),
  [
    { name: 'grep', input: { pattern: 'CANARY' } },
    ...PATHS.map((path) => ({ name: 'grep', input: { pattern: '.', path } })),
    { name: 'glob', input: { pattern: '**' } },
  ],
  [{ name: 'run_checks', input: { only: ['test'] } }],
  [
    ...PATHS.map((_, index) => read(`src/auth/copy-${String(index)}.txt`)),
    { name: 'grep', input: { pattern: 'CANARY', path: 'src/auth' } },
    bash('cat src/auth/copy-*'),
  ],
  [
    bash(`cat ${PATHS.join(' ')}`),
    bash('grep -rn CANARY . 2>/dev/null'),
    bash(PATHS.map((path) => `git show HEAD:${path}`).join('; ')),
    bash('git log -p; git cat-file --batch-all-objects --batch; git grep CANARY HEAD'),
    bash(
      'mkdir -p src/auth; for f in ' +
        PATHS.join(' ') +
        '; do cp $f src/auth/shell-$(basename $f); done; cat src/auth/*',
    ),
    bash(
      'for f in ' +
        PATHS.join(' ') +
        '; do ln $f src/auth/hard-$(basename $f); ln -s ../../$f src/auth/soft-$(basename $f); done; cat src/auth/*',
    ),
  ],
  [
    ...PATHS.flatMap((path) => {
      const name = path.split('/').at(-1) ?? '';
      return [read(`src/auth/hard-${name}`), read(`src/auth/soft-${name}`), read(`src/auth/shell-${name}`)];
    }),
  ],
  // Last, because it takes away what the others look at.
  [
    bash(
      'mv src/orders src/auth/moved; mv k8s migrations docs src/auth/; find src/auth -type f -exec cat {} +',
    ),
  ],
  [
    read('src/auth/moved/repository.js'),
    read('src/auth/moved/service.js'),
    read('src/auth/k8s/orders.yaml'),
    { name: 'grep', input: { pattern: 'CANARY', path: 'src/auth' } },
  ],
];

type Worked = Awaited<ReturnType<Specialists['work']>>;

export interface NosyAttempt {
  readonly role: string;
  readonly repository: CanaryRepository;
  readonly sandbox: Sandbox;
  readonly url: string;
  readonly changes?: Partial<DelegatedTask>;
  readonly changed?: readonly string[];
  readonly grants?: readonly ContextGrant[];
  /** Output of the last attempt's checks. */
  readonly failure?: string;
  readonly files?: readonly string[];
}

/** One attempt of a role in the repository, with the real tools, against a model's server. */
export async function attemptNosily(
  attempt: NosyAttempt,
): Promise<Worked & { readonly blobs: readonly string[]; readonly progress: readonly string[] }> {
  const blobs = memoryBlobs();
  const progress: string[] = [];
  const { repository, sandbox, role } = attempt;
  const bootstrap = {
    ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
    addDependency: () => Promise.resolve({ changedFiles: [] }),
  };
  const specialists = createSpecialists({
    clientFor: createClientFor({
      anthropic: { apiKey: 'test', baseUrl: attempt.url },
      offlineUrl: () => {
        throw new Error('the offline model is not asked here');
      },
    }),
    roles: new Map([
      [
        role,
        { name: role, description: role, model: 'sonnet', effort: 'medium', prompt: `You are ${role}.` },
      ],
    ]),
    blobs,
    checks: createCheckRunner({
      sandbox,
      bootstrap,
      dependencyStore: repository.path,
      postgres: () => Promise.reject(new Error('no database here')),
    }),
    bootstrap,
    runShell: createRunShell({ sandbox, bootstrap, dependencyStore: repository.path }),
  });
  const dossier = dossierFixture();
  const context: DelegatedTask['context'] = { ...taskFixture().context };
  for (const [category, key] of TOLD) context[key] = [`line ${canaryOf(category)}`];
  const worked = await specialists.work({
    dossier: {
      ...dossier,
      model: { kind: 'anthropic' },
      survey: {
        ...dossier.survey,
        test: ['node', 'test/nosy.js'],
        testTimeoutMs: 60_000,
        contextRules: [...CANARY_RULES],
      },
      files: [...(attempt.files ?? PATHS)],
    },
    task: {
      ...taskFixture('backend-T001', { owns: ['src/auth/**'], shares: [], context }),
      ...attempt.changes,
    },
    attemptId: 'backend-T001/1',
    level: 0,
    specialist: role,
    worktree: {
      path: repository.path,
      gitDir: repository.gitDir,
      head: '0'.repeat(40),
      conflicts: [],
      ...(attempt.changed === undefined ? {} : { changed: attempt.changed }),
    },
    prompt:
      attempt.failure === undefined
        ? { kind: 'delegation' }
        : { kind: 'failure', text: attempt.failure, red: [{ subject: 'tests', excerpt: attempt.failure }] },
    desk: deskFixture(),
    keepsFiles: false,
    grants: attempt.grants ?? [],
    transcript: null,
    allowanceUsd: null,
    thrift: 0,
    signal: new AbortController().signal,
    onProgress: ({ doing }) => progress.push(doing),
  });
  return { ...worked, blobs: blobs.texts(), progress };
}

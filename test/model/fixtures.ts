import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dossier } from '../../src/domain/work/dossier';
import { PlanTask, type DelegatedTask } from '../../src/domain/plan/plan';
import {
  createContextAccess,
  type ContextAccess,
  type ContextAccessOptions,
} from '../../src/model/context/access';
import type { delegationPrompt } from '../../src/model/prompts/delegation';
import type { Role, Roles } from '../../src/model/roles';
import type { BlobStore } from '../../src/ports/blob-store';
import type { Worktree } from '../../src/ports/workspace';

export const FIXTURE_PLAYBOOKS = join(__dirname, '..', 'fixtures', 'playbooks');

export function dossierFixture(scenario = 'default'): Dossier {
  return Dossier.parse({
    objectiveId: 'objective-greeting-00000000',
    objective: 'Greet people with hello',
    repository: { kind: 'sample', name: 'greeter', version: '1' },
    repositoryIdentity: 'sample:greeter@1',
    baseRef: 'main',
    baseCommit: '0'.repeat(40),
    model: { kind: 'offline', playbook: 'tiny', scenario },
    options: {},
    survey: {
      name: 'greeter',
      stack: 'node',
      framework: null,
      packageManager: 'npm',
      install: null,
      build: null,
      test: ['node', '--test'],
      lint: null,
      testTimeoutMs: 1000,
      migrations: null,
      apiSpec: null,
      database: 'none',
      conventions: [],
      manifests: ['package.json'],
      notes: [],
    },
    conventions: 'Use two spaces.',
    files: ['README.md', 'src/index.js'],
  });
}

export function taskFixture(id = 'backend-T001', changes: Partial<PlanTask> = {}): DelegatedTask {
  const task = PlanTask.parse({
    id,
    title: 'Greet',
    specialist: 'nodejs-expert',
    kind: 'implementation',
    priority: 'high',
    objective: 'Write the greeting',
    requirements: [],
    acceptanceCriteria: ['it greets'],
    dependsOn: [],
    context: {
      apiSpecifications: [],
      databaseSchema: [],
      codePatterns: [],
      performanceSlas: [],
      securityRequirements: [],
    },
    expectedOutput: ['src/greeting.js'],
    successCriteria: [],
    owns: ['src/**'],
    shares: ['routes.js'],
    gateItems: [],
    ...changes,
  });
  return { ...task, blocks: [] };
}

export function rolesFixture(): Roles {
  const role = (name: string, model: Role['model']): [string, Role] => [
    name,
    { name, description: name, model, effort: 'medium', prompt: `You are ${name}.` },
  ];
  return new Map([
    role('backend-coordinator', 'opus'),
    role('api-architect', 'sonnet'),
    role('backend-architect', 'sonnet'),
    role('nodejs-expert', 'sonnet'),
  ]);
}

export interface TemporaryWorktree extends Worktree {
  /** The folder the worktree lies in, to prove that nothing is written there. */
  readonly parent: string;
  remove(): Promise<void>;
}

export async function temporaryWorktree(): Promise<TemporaryWorktree> {
  const parent = await mkdtemp(join(tmpdir(), 'worktree-'));
  const path = join(parent, 'tree');
  await mkdir(join(path, 'src'), { recursive: true });
  await mkdir(join(path, '.git', 'hooks'), { recursive: true });
  await writeFile(join(path, 'README.md'), '# Greeter\n');
  return {
    parent,
    path,
    head: '0'.repeat(40),
    conflicts: [],
    gitDir: join(path, '.git'),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}

/** What a specialist may know of a worktree, of the first task's Node.js specialist without `changes`. */
export function accessFixture(path: string, changes: Partial<ContextAccessOptions> = {}): ContextAccess {
  return createContextAccess({
    path,
    role: 'nodejs-expert',
    task: taskFixture(),
    conflicts: [],
    reviewed: [],
    granted: [],
    rules: [],
    ...changes,
  });
}

/** Keeps blobs in memory. */
export function memoryBlobs(): BlobStore & { readonly texts: () => readonly string[] } {
  const stored = new Map<string, Buffer>();
  return {
    put(bytes) {
      const buffer = Buffer.from(bytes);
      const ref = createHash('sha256').update(buffer).digest('hex');
      stored.set(ref, buffer);
      return Promise.resolve(ref);
    },
    get(ref) {
      const found = stored.get(ref);
      return found === undefined ? Promise.reject(new Error(`no blob ${ref}`)) : Promise.resolve(found);
    },
    texts: () => [...stored.values()].map((buffer) => buffer.toString('utf8')),
  };
}

/** `expect.stringMatching` without its `any`. */
export function matching(pattern: RegExp | string): unknown {
  return typeof pattern === 'string' ? expect.stringContaining(pattern) : expect.stringMatching(pattern);
}

/** Access for the opening of a conversation: everything may be listed, nothing is counted. */
export const OPEN_ACCESS: Parameters<typeof delegationPrompt>[0]['access'] = {
  listable: (paths) => [...paths],
  count: () => undefined,
  flag: () => undefined,
};

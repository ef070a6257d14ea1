import { rm, writeFile, appendFile, readFile, readdir, mkdir, cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelChoice } from '../../../src/domain/objective/objective';
import { createClientFor } from '../../../src/model/client';
import type { LoopLimits } from '../../../src/model/loop-guards';
import type { ProviderWalls } from '../../../src/model/provider-walls';
import { createSpecialists } from '../../../src/model/tool-loop';
import type { BlobStore } from '../../../src/ports/blob-store';
import type { CheckRunner } from '../../../src/ports/gate';
import type { AttemptDesk, Specialists, WorkOutcome } from '../../../src/ports/department';
import {
  dossierFixture,
  rolesFixture,
  taskFixture,
  temporaryWorktree,
  type TemporaryWorktree,
} from '../fixtures';

type Work = Parameters<Specialists['work']>[0];

/** A worktree whose files are kept in folders beside it, the way snapshots keep them, and a shell that leaves traces. */
export interface StubWorkplace {
  readonly worktree: TemporaryWorktree;
  /** How often the shell really ran each command. */
  readonly ran: string[];
  keepFiles(): Promise<string>;
  restore(snapshot: string): Promise<void>;
  files(): Promise<Record<string, string>>;
  remove(): Promise<void>;
}

export async function stubWorkplace(): Promise<StubWorkplace> {
  const worktree = await temporaryWorktree();
  const kept = join(worktree.parent, 'kept');
  await mkdir(kept);
  let count = 0;
  const source = join(worktree.path, 'src');
  const files = async (): Promise<Record<string, string>> => {
    const names = (await readdir(source)).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(source, name), 'utf8')));
    return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
  };
  return {
    worktree,
    ran: [],
    files,
    keepFiles: async () => {
      const now = JSON.stringify(await files());
      for (const name of await readdir(kept)) {
        if ((await readFile(join(kept, name, '.files'), 'utf8')) === now) return name;
      }
      const name = String(++count).padStart(40, '0');
      await cp(source, join(kept, name), { recursive: true });
      await writeFile(join(kept, name, '.files'), now);
      return name;
    },
    restore: async (snapshot) => {
      await rm(source, { recursive: true });
      await cp(join(kept, snapshot), source, { recursive: true });
      await rm(join(source, '.files'));
    },
    remove: () => worktree.remove(),
  };
}

/** One try of an attempt against a stub of the provider, as an activity would make it. */
export async function tryAttempt(given: {
  readonly url: string;
  readonly place: StubWorkplace;
  readonly blobs: BlobStore;
  readonly desk: AttemptDesk;
  readonly request?: Partial<Work>;
  readonly walls?: ProviderWalls;
  readonly limits?: Partial<LoopLimits>;
  readonly idleMs?: number;
  readonly model?: ModelChoice;
  readonly checks?: CheckRunner;
}): Promise<WorkOutcome> {
  const { place } = given;
  const specialists = createSpecialists({
    clientFor: createClientFor({
      anthropic: { apiKey: 'stub-key', baseUrl: given.url },
      offlineUrl: () => given.url,
    }),
    roles: rolesFixture(),
    blobs: given.blobs,
    checks: given.checks ?? { runChecks: () => Promise.resolve({ passed: true, output: 'ok' }) },
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      addDependency: () => Promise.resolve({ changedFiles: [] }),
    },
    runShell: async ({ command }) => {
      place.ran.push(command);
      await appendFile(join(place.worktree.path, 'src', 'effects.txt'), `${command}\n`);
      return { exitCode: 0, ended: 'exit code 0', output: `ran ${command}`, masked: true };
    },
    ...(given.walls === undefined ? {} : { walls: given.walls }),
    ...(given.limits === undefined ? {} : { limits: given.limits }),
    ...(given.idleMs === undefined ? {} : { idleMs: given.idleMs }),
  });
  return specialists.work({
    dossier: { ...dossierFixture(), model: given.model ?? { kind: 'anthropic' } },
    task: taskFixture(),
    attemptId: 'backend-T001/1',
    level: 0,
    specialist: 'nodejs-expert',
    worktree: place.worktree,
    desk: given.desk,
    keepsFiles: true,
    prompt: { kind: 'delegation' },
    grants: [],
    transcript: null,
    allowanceUsd: null,
    thrift: 0,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...given.request,
  });
}

// Needs Temporal (a real dev server) and git: a rewind of state and code together, cut off and done again.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDepartmentClient, type DepartmentClient } from '../../src/client/department-client';
import type { CodeRewind } from '../../src/client/rewind';
import { createTemporalGateway } from '../../src/client/temporal-gateway';
import { createGitWorkspace, type GitWorkspace } from '../../src/git/workspace';
import type { ObjectiveInput } from '../../src/domain/objective/objective';
import { CLAIMS_FREED } from '../../src/domain/coordination/repository-claims';
import type { Activities } from '../../activities/contract';
import { makeRepository, put } from '../git/fixture';
import {
  handedOff,
  objectiveInput,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { eventually } from '../support/eventually';
import { workUntilCancelled } from '../support/held-work';
import { planTask } from '../support/plans';

const TASKS = [
  planTask({ id: 'backend-T001' }),
  planTask({ id: 'backend-T002', dependsOn: ['backend-T001'] }),
  planTask({ id: 'backend-T003', dependsOn: ['backend-T002'] }),
];

let department: TestDepartment;
let client: DepartmentClient;
let folder: string;
let workspace: GitWorkspace;
let target: string;
beforeAll(async () => {
  department = await startDepartment();
  const { address } = department.server;
  const gateway = await createTemporalGateway({
    address,
    namespace: 'default',
    clientOptions: { address },
  });
  client = createDepartmentClient(gateway, () => true);
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'rewind-')));
  target = join(folder, 'target');
  makeRepository(target, { 'a.txt': 'a\n' });
  workspace = createGitWorkspace({ home: join(folder, 'home'), searchPath: process.env['PATH'] ?? '' });
});
afterAll(async () => {
  await client.close();
  await department.stop();
  await workspace.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An objective on a repository of its own mirror, whose attempts and merges are real git. */
async function objective(): Promise<ObjectiveInput> {
  const found = await workspace.inspectRepository(target, null);
  const input = { ...objectiveInput(), baseCommit: found.baseCommit };
  await workspace.repositories.prepare({ objectiveId: input.objectiveId, ...found });
  return input;
}

/** `content`: what attempts write; they stop at `holdAt` until they are cancelled. */
function activities(
  input: ObjectiveInput,
  content: () => string,
  holdAt: () => string | null = () => null,
): Activities {
  const { objectiveId } = input;
  return smoothActivities(TASKS, {
    runAttempt: async (request) => {
      const { taskId, start } = request;
      const worktree = await workspace.worktrees.open({ objectiveId, taskId, start });
      put(worktree.path, { [`${taskId}.txt`]: content() });
      const { commit } = await workspace.worktrees.commit({ objectiveId, taskId, message: taskId });
      return holdAt() === taskId ? workUntilCancelled() : handedOff(request, { commit });
    },
    mergeTask: async ({ taskId, commit, expectedHead }) => {
      const settled = await workspace.integration.settle({ objectiveId, expected: expectedHead });
      const proposal = await workspace.integration.propose({ objectiveId, taskId, commit, message: taskId });
      const at = new Date().toISOString();
      if (proposal.kind !== 'clean') return { outcome: 'merged', head: proposal.head, at };
      await workspace.integration.advance({ objectiveId, from: settled.head, to: proposal.commit });
      return { outcome: 'merged', head: proposal.commit, at };
    },
  });
}

const codeOf = (objectiveId: string): CodeRewind => ({
  keep: (point) => workspace.rewind.keep({ objectiveId, ...point }),
  move: (point) => workspace.rewind.move({ objectiveId, ...point }),
});
const head = (objectiveId: string): Promise<string> => workspace.integration.head({ objectiveId });
const fileAt = (objectiveId: string, commit: string, path: string): Promise<string | null> =>
  workspace.repositories.readFile({ objectiveId, commit, path });

/** The state of the run that is the newest by now. */
function newest({ objectiveId }: ObjectiveInput): Objective['status'] {
  return async () => {
    // Null: nobody has answered in time.
    const status = await eventually(
      () => client.snapshot(objectiveId),
      (seen) => seen !== null,
    );
    return status!;
  };
}

const merged =
  (...ids: string[]) =>
  ({ tasks }: Awaited<ReturnType<Objective['status']>>): boolean =>
    tasks
      .filter((task) => task.state === 'merged')
      .map((task) => task.id)
      .join() === ids.join();

test('a closed objective goes back to a merge with its code, and is worked on anew from there', async () => {
  const input = await objective();
  const { objectiveId } = input;
  let content = 'first\n';
  await department.withObjective(
    activities(input, () => content),
    async ({ handle }) => {
      await handle.result();
      const left = await head(objectiveId);
      const ended = (await newest(input)()).tasks[1]?.endedAt;
      content = 'second\n';
      const rewound = await client.rewind({
        objectiveId,
        taskId: 'backend-T002',
        by: 'ada',
        code: codeOf(objectiveId),
      });
      expect(rewound.abandoned).toBe(`refs/coordinator/abandoned/${objectiveId}/1`);
      await until(newest(input), ({ outcome }) => outcome === 'delivered');
      const now = await head(objectiveId);
      expect(now).not.toBe(left);
      expect(await fileAt(objectiveId, now, 'backend-T002.txt')).toBe('first\n');
      expect(await fileAt(objectiveId, now, 'backend-T003.txt')).toBe('second\n');
      expect(await fileAt(objectiveId, rewound.abandoned ?? '', 'backend-T003.txt')).toBe('first\n');
      const status = await newest(input)();
      expect(status.integrationHead).toBe(now);
      // The task whose merge stays took as long as it did, whenever somebody went back to it.
      expect(status.tasks[1]?.endedAt).toBe(ended);
      expect(ended).toEqual(expect.any(String));
    },
    input,
  );
});

test('a running one loses its agents; cut off between its steps, the same command finishes it', async () => {
  const input = await objective();
  const { objectiveId } = input;
  let hold: string | null = 'backend-T003';
  await department.withObjective(
    activities(
      input,
      () => `${String(hold)}\n`,
      () => hold,
    ),
    async ({ status }) => {
      await until(
        status,
        (seen) => merged('backend-T001', 'backend-T002')(seen) && seen.tasks[2]?.state === 'running',
      );
      const left = await head(objectiveId);
      const request = { objectiveId, taskId: 'backend-T001', by: 'ada', code: codeOf(objectiveId) };
      const cutOff = { ...request.code, move: () => Promise.reject(new Error('killed')) };
      await expect(client.rewind({ ...request, code: cutOff })).rejects.toThrow('killed');
      // Ended, and with its code as it was: nothing runs on a state that is not its code's.
      expect(await head(objectiveId)).toBe(left);
      expect(await client.list()).toContainEqual(expect.objectContaining({ objectiveId, open: false }));

      hold = null;
      const rewound = await client.rewind(request);
      expect(rewound.abandoned).toBe(`refs/coordinator/abandoned/${objectiveId}/1`);
      const done = await until(newest(input), ({ outcome }) => outcome === 'delivered');
      expect(done.tasks.every(({ state }) => state === 'merged')).toBe(true);
      const now = await head(objectiveId);
      expect(done.integrationHead).toBe(now);
      expect(await fileAt(objectiveId, now, 'backend-T003.txt')).toBe('null\n');
      expect(await fileAt(objectiveId, rewound.abandoned ?? '', 'backend-T002.txt')).toBe('backend-T003\n');
    },
    input,
  );
}, 240_000);

test('one that goes back claims again what it gave back, and waits for who took it meanwhile', async () => {
  const sample = await objective();
  const input: ObjectiveInput = {
    ...sample,
    repository: { kind: 'path', path: target },
    repositoryIdentity: target,
  };
  const { objectiveId } = input;
  const other = 'objective-other-00000000';
  const hold = { taskId: 'backend-T003', holder: other, holderTask: 'backend-T001', what: 'src/**' };
  let claimed = 0;
  const claiming: Activities = {
    ...activities(input, () => 'x\n'),
    claimWork: () => {
      claimed += 1;
      return Promise.resolve({ held: claimed === 2 ? [hold] : [] });
    },
  };
  await department.withObjective(
    claiming,
    async ({ handle }) => {
      await handle.result();
      expect(claimed).toBe(1);
      await client.rewind({ objectiveId, taskId: 'backend-T001', by: 'ada', code: codeOf(objectiveId) });
      await until(
        newest(input),
        (seen) =>
          seen.tasks[2]?.waitingFor === other &&
          seen.tasks[2].attempts.length === 0 &&
          merged('backend-T001', 'backend-T002')(seen),
      );
      await department.server.client.workflow
        .getHandle(objectiveId)
        .signal(CLAIMS_FREED, { taskIds: ['backend-T003'] });
      await until(newest(input), ({ outcome }) => outcome === 'delivered');
      expect(claimed).toBe(3);
    },
    input,
  );
}, 240_000);

test('an unknown objective, and a task that was not merged, are told in a sentence with exit code 2', async () => {
  const input = await objective();
  const { objectiveId } = input;
  const ask = (id: string, taskId: string): Promise<unknown> =>
    client.rewind({ objectiveId: id, taskId, by: 'ada', code: codeOf(id) });
  await department.withObjective(
    activities(input, () => 'x\n'),
    async ({ handle }) => {
      await handle.result();
      await expect(ask(objectiveId, 'backend-T009')).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('backend-T009 was not merged'),
      });
      await expect(ask('objective-nobody-knows-00000000', 'backend-T001')).rejects.toMatchObject({
        exitCode: 2,
      });
    },
    input,
  );
});

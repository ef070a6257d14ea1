// Needs no server: a store of blobs in a folder.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlanText } from '../../src/cli/plan/plan-text';
import { createDirectoryBlobStore } from '../../src/store/directory-blob-store';
import { planTask } from '../support/plans';
import { status, task } from './fixtures';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'plan-text-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('a plan is written as the file of the command line and read back; mistakes are told with their lines', async () => {
  const blobs = createDirectoryBlobStore(home);
  const plan = { summary: 'Login in one step', tasks: [planTask({ id: 'backend-T001' })] };
  const ref = await blobs.put(Buffer.from(JSON.stringify(plan)));
  const waiting = status({
    state: 'awaiting-approval',
    plan: { version: 1, ref },
    tasks: [task({ state: 'pending', startedAt: null })],
  });
  const text = createPlanText(() => Promise.resolve(blobs));
  const written = await text.write(waiting);
  expect((await text.read(waiting, written.replace('in one step', 'in two steps'))).summary).toBe(
    'Login in two steps',
  );
  await expect(text.read(waiting, written)).rejects.toThrow('the same as before');
  await expect(text.read(waiting, written.replace('backend-T001', 'T1'))).rejects.toThrow(/line \d+: /);
});

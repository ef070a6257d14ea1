// Needs git, half a gigabyte of disk; no server.
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, createReadStream, existsSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, OBJECTIVE, git, makeBench, prepare, removeBench } from './fixture';

const at = { objectiveId: OBJECTIVE, taskId: 'backend-T001' };
const BYTES = 100 * 1024 * 1024;

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => {
  removeBench(bench);
});

/** A file that does not compress. */
function makeLarge(path: string): void {
  const file = openSync(path, 'w');
  const chunk = randomBytes(1024 * 1024);
  for (let written = 0; written < BYTES; written += chunk.length) {
    chunk.writeUInt32LE(written, 0);
    writeSync(file, chunk);
  }
  closeSync(file);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

test('a file of 100 MB is mirrored, checked out, kept, brought back, committed and delivered', async () => {
  makeLarge(join(bench.target, 'large.bin'));
  git(bench.target, 'add', '-A');
  git(bench.target, 'commit', '--quiet', '-m', 'Large');
  const { head, source } = await prepare(bench);
  const { repositories, worktrees } = bench.workspace;
  const read = repositories.readFile({ ...at, commit: head, path: 'large.bin' });
  await expect(read).rejects.toThrow('cannot be read or is too large');
  const worktree = await worktrees.open({ ...at, start: { kind: 'fresh', from: head } });
  expect(await hashOf(join(worktree.path, 'large.bin'))).toBe(await hashOf(join(bench.target, 'large.bin')));
  const made = join(worktree.path, 'made.bin');
  makeLarge(made);
  const before = await hashOf(made);
  const { snapshot, omitted } = await worktrees.snapshot({ ...at, paths: null });
  expect(omitted).toEqual([]);
  rmSync(made);
  await worktrees.restore({ ...at, start: { kind: 'continue' }, snapshot });
  expect(await hashOf(made)).toBe(before);
  const { commit, files } = await worktrees.commit({ ...at, message: 'x' });
  expect(files).toEqual(['made.bin']);
  const diff = await repositories.diff({ ...at, from: head, to: commit, maxBytes: 10_000 });
  expect(diff).toContain('Binary files /dev/null and b/made.bin differ');
  const branch = `coordinator/${OBJECTIVE}`;
  await repositories.deliver({ ...at, source, commit, branch, push: false });
  expect(Number(git(bench.target, 'cat-file', '-s', `${branch}:made.bin`))).toBe(BYTES);
  expect(statSync(made).size).toBe(BYTES);
  expect(existsSync(join(bench.target, 'made.bin'))).toBe(false);
}, 600_000);

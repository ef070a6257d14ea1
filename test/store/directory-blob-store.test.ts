// Needs no server; the test of a full disk needs the right to mount a tmpfs.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryBlobStore } from '../../src/store/directory-blob-store';
import { BlobCorrupt, BlobMissing, BlobNotStored } from '../../src/store/errors';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'blobs-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('gives back the bytes, under the sha-256 of them, in a folder named by its first two digits', async () => {
  const store = createDirectoryBlobStore(root);
  const bytes = randomBytes(100_000);
  const ref = await store.put(bytes);
  expect(ref).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(await store.get(ref)).toEqual(bytes);
  expect(readdirSync(root)).toEqual([ref.slice(0, 2)]);
  expect(readdirSync(join(root, ref.slice(0, 2)))).toEqual([ref.slice(2)]);
});

test('text and its UTF-8 bytes are the same blob, put once or many times at once', async () => {
  const store = createDirectoryBlobStore(root);
  const refs = await Promise.all([store.put('größe'), store.put(Buffer.from('größe')), store.put('größe')]);
  expect(new Set(refs).size).toBe(1);
  expect((await store.get(refs[0])).toString()).toBe('größe');
  expect(readdirSync(root)).toHaveLength(1);
});

test('an unknown reference is missing, a malformed one is refused', async () => {
  const store = createDirectoryBlobStore(root);
  await expect(store.get('0'.repeat(64))).rejects.toBeInstanceOf(BlobMissing);
  await expect(store.get('../../etc/passwd')).rejects.toThrow('a blob reference is a sha-256');
});

test('damaged bytes are never given out, and the next put mends them', async () => {
  const store = createDirectoryBlobStore(root);
  const ref = await store.put('hello');
  writeFileSync(join(root, ref.slice(0, 2), ref.slice(2)), 'hellO');
  await expect(store.get(ref)).rejects.toBeInstanceOf(BlobCorrupt);
  await store.put('hello');
  expect((await store.get(ref)).toString()).toBe('hello');
});

test('a full disk is told as such and leaves no half file', async () => {
  const disk = join(root, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    process.stderr.write('skipped: a tmpfs cannot be mounted here\n');
    return;
  }
  try {
    const store = createDirectoryBlobStore(disk);
    const small = await store.put('small');
    await expect(store.put(randomBytes(1_000_000))).rejects.toBeInstanceOf(BlobNotStored);
    expect((await store.get(small)).toString()).toBe('small');
    const files = readdirSync(disk, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files).toHaveLength(1);
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
});

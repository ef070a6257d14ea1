import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../../src/backup/transfer.js';

/** Changes a file of a backup and its checksums with it, as somebody would who wants it to go unnoticed. */
export async function forge(path, name, change) {
  const file = join(path, name);
  const before = await digestFile(file);
  await writeFile(file, change(await readFile(file, 'utf8')));
  const after = await digestFile(file);
  const manifest = join(path, 'manifest.json');
  // What a migration is recorded with stays: the checkout is asked for it.
  if (name.startsWith('data/')) {
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replaceAll(before.sha256, after.sha256));
  }
  const sums = join(path, 'SHA256SUMS');
  const digests = new Map([
    [name, after.sha256],
    ['manifest.json', (await digestFile(manifest)).sha256],
  ]);
  const lines = (await readFile(sums, 'utf8')).split('\n').map((line) => {
    const [sha256, file] = line.split('  ');
    return file === undefined ? line : `${digests.get(file) ?? sha256}  ${file}`;
  });
  await writeFile(sums, lines.join('\n'));
}

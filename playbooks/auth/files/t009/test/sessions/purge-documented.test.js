import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

test('operators are told to purge, with a command the script knows', async () => {
  assert.match(await read('docs/deploy.md'), /node scripts\/users\.js purge/);
  assert.match(await read('scripts/users.js'), /command === 'purge'/);
});

// node test/support/run-files.js [path ...]: runs test/**/*.test.js, or those under the given paths, in this process.
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const TESTS = dirname(dirname(fileURLToPath(import.meta.url)));

const wanted = process.argv.slice(2).map((path) => resolve(path));
const files = (await readdir(TESTS, { recursive: true }))
  .filter((entry) => entry.endsWith('.test.js'))
  .map((entry) => join(TESTS, entry))
  .filter(
    (file) => wanted.length === 0 || wanted.some((path) => file === path || file.startsWith(path + sep)),
  )
  .sort();
if (files.length === 0) {
  process.stderr.write('No test file was found; name an existing path under test/.\n');
  process.exit(1);
}

// A suite for each file keeps its hooks to itself. A process for each file would start Node and load the service
// again and again, which takes longer than the tests.
for (const file of files) {
  describe(relative(process.cwd(), file), async () => {
    await import(pathToFileURL(file).href);
  });
}

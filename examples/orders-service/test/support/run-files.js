// node test/support/run-files.js <file> ...: runs test files in this process, one after the other.
import { relative } from 'node:path';
import { describe } from 'node:test';
import { pathToFileURL } from 'node:url';

// A suite for each file keeps its hooks to itself. A process for each file would start Node and load the service
// again and again, which takes longer than the tests.
for (const file of process.argv.slice(2)) {
  describe(relative(process.cwd(), file), async () => {
    await import(pathToFileURL(file).href);
  });
}

// Needs the build: what short commands load, which is most of the time they take.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/config/package-root';

const run = promisify(execFile);

/** Packages of node_modules that are loaded with a module of the build. */
async function packagesWith(module: string): Promise<readonly string[]> {
  const script = `
    require(process.argv[1]);
    const names = Object.keys(require.cache).map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
    console.log(JSON.stringify([...new Set(names.filter((name) => name !== undefined))].sort()));`;
  const { stdout } = await run(process.execPath, [
    '-e',
    script,
    join(packageRoot(), 'dist', 'src', 'cli', module),
  ]);
  return JSON.parse(stdout) as string[];
}

test.each(['list', 'status', 'escalations', 'resolve', 'pause'])(
  '%s loads nothing but its schemas, before it asks Temporal',
  async (name) => {
    expect(await packagesWith(`commands/${name}.js`)).toEqual(['zod']);
  },
);

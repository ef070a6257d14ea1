// npm test [-- [path ...] [--node-test-option=value ...]]
// Runs test/**/*.test.js, or those under the given paths, on one PostgreSQL server.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openServer } from '../test/support/database.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COUNT_REPORTER = join(ROOT, 'test/support/count-reporter.js');
const RUN_FILES = join(ROOT, 'test/support/run-files.js');
const KILL_AFTER_MS = 3_000;
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

const interrupted = new AbortController();
for (const signal of Object.keys(EXIT_CODES)) process.on(signal, () => interrupted.abort(signal));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!interrupted.signal.aborted) console.error(error.message, error.cause ?? '');
  process.exitCode = EXIT_CODES[interrupted.signal.reason] ?? 1;
}

async function main(args) {
  const options = args.filter((arg) => arg.startsWith('-'));
  const files = await findTests(args.filter((arg) => !arg.startsWith('-')));
  if (files.length === 0) {
    console.error('No test file was found; name an existing path under test/.');
    return 1;
  }

  const server = await openServer(interrupted.signal);
  const scratch = await mkdtemp(join(tmpdir(), 'orders-test-'));
  try {
    const counted = join(scratch, 'count');
    const code = await runTests(
      [...reporters(options, counted), ...options, RUN_FILES, ...files],
      server.env,
    );
    if (code === 0 && (await readFile(counted, 'utf8')) === '0') {
      console.error('No test was run; check the name pattern and the files.');
      return 1;
    }
    return code;
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await server.close();
  }
}

async function findTests(paths) {
  const entries = await readdir(join(ROOT, 'test'), { recursive: true });
  const files = entries
    .filter((entry) => entry.endsWith('.test.js'))
    .map((entry) => join(ROOT, 'test', entry));
  if (paths.length === 0) return files.sort();
  const wanted = paths.map((path) => resolve(path));
  for (const path of wanted) if (!existsSync(path)) throw new Error(`${path} does not exist.`);
  return files.filter((file) => wanted.some((path) => file === path || file.startsWith(path + sep))).sort();
}

function reporters(options, counted) {
  const given = options.filter((option) => option.startsWith('--test-reporter=')).length;
  const destinations = options.filter((option) => option.startsWith('--test-reporter-destination=')).length;
  return [
    `--test-reporter=${COUNT_REPORTER}`,
    `--test-reporter-destination=${counted}`,
    ...(given === 0 ? ['--test-reporter=spec'] : []),
    ...(destinations < Math.max(given, 1) ? ['--test-reporter-destination=stdout'] : []),
  ];
}

/** The tests get a process group of their own, so that nothing of them outlives this script. */
function runTests(args, env) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: 'inherit',
      detached: true,
    });
    const kill = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    };
    let timer;
    const interrupt = () => {
      kill('SIGTERM');
      timer = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
    };
    interrupted.signal.addEventListener('abort', interrupt, { once: true });
    if (interrupted.signal.aborted) interrupt();
    child.on('error', fail);
    child.on('close', (code) => {
      clearTimeout(timer);
      kill('SIGKILL');
      done(EXIT_CODES[interrupted.signal.reason] ?? code ?? 1);
    });
  });
}

import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ToolRefusal } from './tool';

const LONGEST_LINE = 4096;
const CHUNK_BYTES = 64 * 1024;
const MOST_BYTES_OF_A_FILE = 32 * 1024 * 1024;
const BATCH_LINES = 2000;
const MOST_CHARACTERS = 60_000;
const LONGEST_SEARCH_MS = 30_000;

export interface FoundLine {
  readonly path: string;
  readonly number: number;
  readonly text: string;
}

/**
 * Lines that match a regular expression, in the order of the files. Binary files are left out from where they are, lines
 * above 4,096 characters are passed over, nothing is held beyond one batch of lines. `note` says where it stopped early.
 * @param files canonical paths relative to `root`
 */
export async function grepFiles(request: {
  readonly root: string;
  readonly files: Iterable<string>;
  readonly pattern: string;
  readonly signal: AbortSignal;
}): Promise<{ readonly found: FoundLine[]; readonly note: string | null }> {
  const { root, files, signal } = request;
  const matcher = createMatcher(request.pattern, signal);
  const found: FoundLine[] = [];
  let characters = 0;
  let batch: FoundLine[] = [];

  async function search(): Promise<string | null> {
    const matched = await matcher.match(batch.map((line) => line.text));
    if (matched === null) return 'the search took too long and was cut short';
    for (const index of matched) {
      const line = batch[index];
      if (line === undefined) continue;
      characters += line.path.length + line.text.length + 8;
      if (characters > MOST_CHARACTERS) return 'more was found than can be told; narrow the search';
      found.push(line);
    }
    batch = [];
    return null;
  }

  try {
    await matcher.ready();
    for (const path of files) {
      for (const line of linesOf(root, path)) {
        if (batch.push(line) < BATCH_LINES) continue;
        const note = await search();
        if (note !== null) return { found, note };
      }
    }
    return { found, note: await search() };
  } finally {
    matcher.end();
    signal.throwIfAborted();
  }
}

function* linesOf(root: string, path: string): Generator<FoundLine> {
  let fd: number | undefined;
  try {
    const whole = join(root, path);
    fd = openSync(whole, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.nlink > 1 || !isAt(fd, whole)) return;
    yield* split(fd, path);
  } catch {
    // Gone or not readable meanwhile: nothing is found in it.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function* split(fd: number, path: string): Generator<FoundLine> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let rest = '';
  let number = 1;
  let tooLong = false;
  for (let at = 0; at < MOST_BYTES_OF_A_FILE;) {
    const read = readSync(fd, chunk, 0, CHUNK_BYTES, at);
    if (read === 0) break;
    at += read;
    const bytes = chunk.subarray(0, read);
    if (bytes.includes(0)) return;
    const parts = bytes.toString('latin1').split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      if (!tooLong && rest.length + part.length <= LONGEST_LINE) {
        yield { path, number, text: asText(rest + part) };
      }
      rest = '';
      tooLong = false;
      number++;
    }
    tooLong ||= rest.length + last.length > LONGEST_LINE;
    rest = tooLong ? '' : rest + last;
  }
  if (rest !== '' && !tooLong) yield { path, number, text: asText(rest) };
}

function asText(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8').replace(/\r$/, '');
}

function isAt(fd: number, path: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${String(fd)}`) === path;
  } catch {
    return true; // no /proc here
  }
}

interface Matcher {
  /** Throws ToolRefusal for a pattern that is no regular expression. */
  ready(): Promise<void>;
  /** Indices of matching lines; null when time is up. */
  match(lines: readonly string[]): Promise<readonly number[] | null>;
  end(): void;
}

// In a thread of its own, which can be ended while a pattern backtracks for ever.
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const pattern = new RegExp(workerData);
parentPort.on('message', (lines) => {
  const matched = [];
  for (let at = 0; at < lines.length; at++) if (pattern.test(lines[at])) matched.push(at);
  parentPort.postMessage(matched);
});
parentPort.postMessage([]);
`;

function createMatcher(pattern: string, signal: AbortSignal): Matcher {
  try {
    new RegExp(pattern);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ToolRefusal(`The pattern is no regular expression: ${why}`);
  }
  const worker = new Worker(WORKER, { eval: true, workerData: pattern, env: {}, execArgv: [] });
  let resolve: (matched: readonly number[] | null) => void = () => undefined;
  let answer = next();
  function next(): Promise<readonly number[] | null> {
    return new Promise((settle) => {
      resolve = settle;
    });
  }
  let ended = false;
  const stop = (): void => {
    ended = true;
    resolve(null);
    void worker.terminate();
  };
  worker.on('message', (matched: readonly number[]) => {
    resolve(matched);
  });
  worker.on('error', stop);
  worker.on('exit', stop);
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, LONGEST_SEARCH_MS);
  return {
    async ready() {
      await answer;
    },
    match(lines) {
      if (ended) return Promise.resolve(null);
      answer = next();
      worker.postMessage(lines);
      return answer;
    },
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      stop();
    },
  };
}

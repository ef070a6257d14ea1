import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Environment } from '../../config/environment';
import { ConfigurationError } from '../../domain/common/user-error';

/** Tried in this order where neither $VISUAL nor $EDITOR says anything. */
const USUAL_EDITORS = ['sensible-editor', 'nano', 'vi'] as const;

type EditorEnvironment = Pick<Environment, 'editor' | 'inherited' | 'path'>;

/**
 * The program to edit with, and its arguments.
 * @throws ConfigurationError where there is none, or the variable cannot be read
 */
export async function findEditor({
  editor,
  path,
}: EditorEnvironment): Promise<readonly [string, ...string[]]> {
  if (editor !== undefined) {
    const [program, ...args] = splitWords(editor);
    if (program !== undefined) return [program, ...args];
  }
  for (const name of USUAL_EDITORS) if (await isOnPath(name, path)) return [name];
  throw new ConfigurationError(
    'There is no editor to be had; set EDITOR, or give the plan as a file: plan <id> edit --file <plan.yaml>.',
  );
}

/**
 * Splits a command as a shell would, quotes and backslashes heeded; nothing is expanded and no shell is asked.
 * @throws ConfigurationError for a quote that is not closed
 */
export function splitWords(command: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  const characters = [...command];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    if (quote === null && /\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (quote === null && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === quote) {
      quote = null;
    } else if (character === '\\' && quote !== "'" && index + 1 < characters.length) {
      index += 1;
      word = (word ?? '') + (characters[index] ?? '');
    } else word = (word ?? '') + character;
  }
  if (quote !== null)
    throw new ConfigurationError(`VISUAL or EDITOR has a quote that is not closed: ${command}; correct it.`);
  return word === null ? words : [...words, word];
}

/** What an editor has to leave by itself. */
const KILL_AFTER_MS = 2_000;

/** How an editor ended; null: well. */
export type EditorTrouble = string | null;

/**
 * Opens a file in an editor that takes over the terminal, and waits until it is left. It does not outlive whoever opened
 * it: when the signal is aborted it is ended, by SIGKILL where SIGTERM does nothing for two seconds. What it started is
 * its own affair: an editor may have handed the file to a program that has other files of the user's open.
 */
export async function runEditor(
  [program, ...args]: readonly [string, ...string[]],
  file: string,
  environment: Pick<Environment, 'inherited'>,
  signal: AbortSignal,
): Promise<EditorTrouble> {
  if (signal.aborted) return `${program} was not opened`;
  const release = ignoreInterrupts();
  try {
    // In the process group of this command, since a terminal is read by one group alone.
    const child = spawn(program, [...args, file], { stdio: 'inherit', env: { ...environment.inherited } });
    return await leftBy(child, program, signal);
  } catch (error) {
    return `${program} could not be started (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    release();
  }
}

async function leftBy(child: ChildProcess, program: string, signal: AbortSignal): Promise<EditorTrouble> {
  // Also when a second signal ends this process at once.
  const kill = (): void => void child.kill('SIGKILL');
  let last: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    last = setTimeout(kill, KILL_AFTER_MS);
  };
  signal.addEventListener('abort', end, { once: true });
  process.once('exit', kill);
  try {
    return await new Promise<EditorTrouble>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, by) => {
        if (code === 0) resolve(null);
        else resolve(`${program} ended with ${by ?? `code ${String(code)}`}`);
      });
    });
  } finally {
    clearTimeout(last);
    signal.removeEventListener('abort', end);
    process.off('exit', kill);
  }
}

/** Ctrl-C reaches everybody at the terminal, and in an editor it is no wish to end this process. */
function ignoreInterrupts(): () => void {
  const others = process.listeners('SIGINT');
  const ignore = (): void => undefined;
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', ignore);
  return () => {
    process.off('SIGINT', ignore);
    for (const listener of others) process.on('SIGINT', listener);
  };
}

async function isOnPath(name: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const found = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

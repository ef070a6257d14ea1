import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { z } from 'zod';
import { NO_SETTINGS, Settings, SETTINGS_FILE } from '../domain/notification/settings';
import { ConfigurationError } from '../domain/common/user-error';
import { errorCodeOf } from './error-code';
import { explainFileError, type Home } from './home';

/** More than anybody writes by hand; what is larger is no settings file. */
const MAX_BYTES = 64 * 1024;

export function settingsPath({ home }: Pick<Home, 'home'>): string {
  return join(home, SETTINGS_FILE);
}

/**
 * Settings of this installation; what holds without the file where there is none.
 * @throws ConfigurationError naming the file and what is wrong in it, with the line where it is known
 */
export async function readSettings(home: Pick<Home, 'home'>): Promise<Settings> {
  const path = settingsPath(home);
  const text = await readSettingsText(home);
  return text === null ? NO_SETTINGS : parseSettings(text, path);
}

/** The file as it is; null where there is none. @throws ConfigurationError where it cannot be read */
export async function readSettingsText(home: Pick<Home, 'home'>): Promise<string | null> {
  const path = settingsPath(home);
  try {
    const found = await stat(path);
    // Reading a pipe would wait for ever.
    if (!found.isFile()) throw new ConfigurationError(`${path} is no file; remove it.`);
    if (found.size > MAX_BYTES) {
      throw new ConfigurationError(
        `${path} is larger than ${String(MAX_BYTES / 1024)} KiB and cannot be settings; correct it or remove it.`,
      );
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const code = errorCodeOf(error);
    // ENOTDIR: the home itself is no folder, which whoever writes to it is told of.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new ConfigurationError(`${path} cannot be read (${String(code)}); see to its rights.`, {
      cause: error,
    });
  }
}

/** The same of a text; `path` is for messages. */
export function parseSettings(text: string, path: string): Settings {
  const lines = new LineCounter();
  const document = parseYaml(text, path, lines);
  const at = (offset: number | undefined): string =>
    offset === undefined ? '' : `:${String(lines.linePos(offset).line)}`;
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    throw new ConfigurationError(`${path}${at(syntax.pos[0])} is not YAML; correct it or remove the file.`, {
      cause: syntax,
    });
  }
  visit(document, {
    Alias: (_key, node) => {
      throw new ConfigurationError(
        `${path}${at(node.range?.[0])} refers to another place with *${node.source}; write the value out.`,
      );
    },
  });
  const parsed = Settings.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const { offset, name } = issue === undefined ? { offset: 0, name: '' } : placeOf(document, issue);
  throw new ConfigurationError(
    `${path}${at(offset)} is wrong at ${name === '' ? 'the top' : name}: ${issue?.message ?? 'bad value'}; correct it.`,
    { cause: parsed.error },
  );
}

/** Levels of nesting a file may have; the YAML parser itself ends the process where there are thousands. */
const MAX_DEPTH = 100;

function parseYaml(text: string, path: string, lineCounter: LineCounter): Document {
  if (isNestedDeep(text)) {
    throw new ConfigurationError(
      `${path} is nested far too deep for settings; correct it or remove the file.`,
    );
  }
  return parseDocument(text, { lineCounter });
}

/** Counts what opens a level within a line; block levels are bounded by the size, as each is indented further. */
function isNestedDeep(text: string): boolean {
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open -= 1;
    if (open > MAX_DEPTH) return true;
  }
  return /(?:[-?:]\s+){100}/.test(text);
}

/** Where an issue is: the key nobody knows, else the value, else what is there of the way to it. */
function placeOf(
  document: Document,
  issue: z.core.$ZodIssue,
): { readonly offset: number | undefined; readonly name: string } {
  const keys = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const [unknown = ''] = issue.keys;
    const holder: unknown = document.getIn(issue.path, true);
    const pair = isMap(holder)
      ? holder.items.find(({ key }) => isScalar(key) && key.value === unknown)
      : undefined;
    return { offset: offsetOf(pair?.key), name: [...keys, unknown].join('.') };
  }
  for (let depth = issue.path.length; depth > 0; depth -= 1) {
    const offset = offsetOf(document.getIn(issue.path.slice(0, depth), true));
    if (offset !== undefined) return { offset, name: keys.join('.') };
  }
  return { offset: offsetOf(document.contents), name: keys.join('.') };
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/**
 * Replaces the file as a whole, readable by its owner only; the home has to be there. A link in its place is replaced,
 * not followed.
 * @throws ConfigurationError where the home takes no file
 */
export async function writeSettingsText(home: Pick<Home, 'home'>, text: string): Promise<string> {
  const path = settingsPath(home);
  const draft = `${path}.${String(process.pid)}`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw explainFileError(error, home.home) ?? error;
  }
  return path;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { NO_SETTINGS, Settings, SETTINGS_FILE } from '../domain/settings';
import { ConfigurationError } from '../domain/user-error';
import { errorCodeOf } from './error-code';
import type { Home } from './home';

export function settingsPath({ home }: Pick<Home, 'home'>): string {
  return join(home, SETTINGS_FILE);
}

/**
 * Settings of this installation; what holds without the file where there is none.
 * @throws ConfigurationError naming the file and what is wrong in it, with the line where it is known
 */
export async function readSettings(home: Pick<Home, 'home'>): Promise<Settings> {
  const path = settingsPath(home);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return NO_SETTINGS;
    throw new ConfigurationError(
      `${path} cannot be read (${String(errorCodeOf(error))}); see to its rights.`,
      {
        cause: error,
      },
    );
  }
  return parseSettings(text, path);
}

/** The same of a text; `path` is for messages. */
export function parseSettings(text: string, path: string): Settings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const { line } = lines.linePos(syntax.pos[0]);
    throw new ConfigurationError(`${path}:${String(line)} is not YAML; correct it or remove the file.`, {
      cause: syntax,
    });
  }
  const parsed = Settings.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue === undefined ? '' : issue.path.map(String).join('.');
  const node: unknown = document.getIn(issue?.path ?? [], true);
  const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : null;
  const start: unknown = Array.isArray(range) ? range[0] : null;
  const line = typeof start === 'number' ? `:${String(lines.linePos(start).line)}` : '';
  throw new ConfigurationError(
    `${path}${line} is wrong at ${key === '' ? 'the top' : key}: ${issue?.message ?? 'bad value'}; correct it.`,
    { cause: parsed.error },
  );
}

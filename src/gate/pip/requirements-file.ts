import { dirname, posix } from 'node:path';
import { BootstrapRefused } from '../bootstrap-refused';

/** What pip is asked for, flattened from all files, in its own notation; hashes stay with their lines. */
export interface Requirements {
  readonly wanted: readonly string[];
  readonly constraints: readonly string[];
  /** Options of the files that hold for the whole install. */
  readonly options: readonly string[];
}

const NAME = String.raw`[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`;
const CLAUSE = String.raw`(?:==|~=|!=|<=|>=|<|>)\s*[\w.*+!-]+`;
const REQUIREMENT = new RegExp(
  String.raw`^(${NAME})\s*(\[[\w.,\s-]*\])?\s*(\(?\s*${CLAUSE}(?:\s*,\s*${CLAUSE})*\s*,?\s*\)?)?\s*(;[\w\s"'.<>=!~(),*+-]+)?$`,
);
const HASH = /\s+--hash(?:=|\s+)([a-z0-9]+:[0-9a-f]+)(?=\s|$)/g;
/** Longest requirement without its hashes, in characters. */
const LONGEST = 1000;
const FILE_OPTION = /^(?:-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?<=-[rc]))(\S+)$/;
const KEPT_OPTIONS = new Set(['--pre', '--require-hashes']);
// What is asked for anyway, or asks for less.
const MET_OPTION = /^--(?:prefer-binary|only-binary)\b/;
const MOST_FILES = 50;

/** One requirement as a registry package by name; null for anything else pip would take: paths, addresses, git. */
export function parseRequirement(text: string): { readonly name: string; readonly text: string } | null {
  const hashes = [...text.matchAll(HASH)].map(([, hash]) => `--hash=${hash ?? ''}`);
  const plain = text.replace(HASH, '').trim();
  if (plain.length > LONGEST) return null;
  const [match, name, extras = '', version = '', marker = ''] = REQUIREMENT.exec(plain) ?? [];
  if (match === undefined || name === undefined) return null;
  return {
    name: name.toLowerCase().replace(/[._-]+/g, '-'),
    text: [name + extras + version.replace(/[()\s]/g, ''), marker.trim(), ...hashes]
      .filter((part) => part !== '')
      .join(' '),
  };
}

/**
 * Reads requirements files with those they include. Only registry packages by name are let through: other sources,
 * other registries and builds from source would make pip run or read what the registry did not publish as a wheel.
 * @throws BootstrapRefused naming the file and the line
 */
export async function readRequirements(
  files: readonly string[],
  read: (path: string) => Promise<string | null>,
): Promise<Requirements> {
  const wanted = new Set<string>();
  const constraints = new Set<string>();
  const options = new Set<string>();
  const seen = new Set<string>();

  async function visit(path: string, into: Set<string>): Promise<void> {
    const key = `${into === wanted ? '-r' : '-c'} ${path}`;
    if (seen.has(key)) return;
    if (seen.size >= MOST_FILES) throw broken(`${path} includes too many files; join them.`);
    seen.add(key);
    const text = await read(path);
    if (text === null) throw broken(`${path} is missing, so the dependencies are unknown.`);
    for (const line of logicalLines(text)) await take(line, path, into);
  }

  async function take(line: string, path: string, into: Set<string>): Promise<void> {
    const included = FILE_OPTION.exec(line)?.[1];
    if (included !== undefined) {
      const target = posix.normalize(posix.join(dirname(path), included));
      if (posix.isAbsolute(included) || target.startsWith('..')) {
        throw broken(`${path} includes ${included}, which is not in the repository; bring it in.`);
      }
      await visit(target, /^-(?:r|-r)/.test(line) ? into : constraints);
      return;
    }
    if (KEPT_OPTIONS.has(line)) {
      options.add(line);
      return;
    }
    if (MET_OPTION.test(line)) return;
    const requirement = parseRequirement(line);
    if (requirement === null) {
      throw broken(
        `${path} has "${line.slice(0, 200)}", which is no package of the registry by name; name a published version.`,
      );
    }
    into.add(requirement.text);
  }

  for (const path of files) await visit(path, wanted);
  return { wanted: [...wanted], constraints: [...constraints], options: [...options] };
}

/** Lines without comments; a backslash at the end goes on in the next one. */
function logicalLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

function broken(message: string): BootstrapRefused {
  return new BootstrapRefused(message, 'broken');
}

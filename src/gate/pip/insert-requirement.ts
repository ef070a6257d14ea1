import { basename } from 'node:path';
import { BootstrapRefused } from '../bootstrap-refused';
import { parseRequirement } from './requirements-file';

/**
 * The text of a requirements file or pyproject.toml with one exact requirement more, or another version of one that
 * is there.
 * @throws BootstrapRefused where it would have to be guessed how
 */
export function insertRequirement(file: string, text: string, name: string, version: string): string {
  return basename(file) === 'pyproject.toml'
    ? inPyproject(text, name, version)
    : inRequirements(file, text, name, version);
}

function inRequirements(file: string, text: string, name: string, version: string): string {
  if (/(?:^|\s)--hash[= ]/.test(text)) {
    throw new BootstrapRefused(
      `${file} carries hashes, which a tool of the project writes; a package cannot be added to it here.`,
      'unsupported',
    );
  }
  const lines = text.split('\n');
  const wanted = parseRequirement(name)?.name;
  const at = lines.findIndex((line) => parseRequirement(line.replace(/\s#.*$/, ''))?.name === wanted);
  const old = at === -1 ? undefined : lines[at];
  if (old !== undefined) {
    lines[at] = replacedVersion(old, version);
    return lines.join('\n');
  }
  const end = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${end}${name}==${version}\n`;
}

/** The line with its version replaced; extras, marker and comment stay. */
function replacedVersion(line: string, version: string): string {
  return line.replace(
    /^(\s*[\w.-]+\s*(?:\[[^\]]*\])?)[^;#]*?(\s*(?:;.*|\s#.*)?)$/,
    (_, head: string, tail: string) => `${head.trimEnd()}==${version}${tail}`,
  );
}

// The array `dependencies` of the table [project], and what is in it.
const DEPENDENCIES =
  /(^\[project\][ \t]*(?:#.*)?\n(?:(?!\[)[^\n]*\n)*?dependencies[ \t]*=[ \t]*\[)([^\]]*)(\])/m;

function inPyproject(text: string, name: string, version: string): string {
  const found = DEPENDENCIES.exec(text);
  const [whole = '', head = '', inside = '', close = ''] = found ?? [];
  // An extra has brackets of its own, in which the match above would end.
  if (found === null || inside.includes('[')) {
    throw new BootstrapRefused(
      'pyproject.toml has no plain list of dependencies in [project]; add the package there by hand.',
      'unsupported',
    );
  }
  const requirement = `"${name}==${version}"`;
  const wanted = parseRequirement(name)?.name;
  const entries = [...inside.matchAll(/"([^"]*)"|'([^']*)'/g)];
  const old = entries.find((entry) => parseRequirement(entry[1] ?? entry[2] ?? '')?.name === wanted);
  const changed =
    old === undefined ? appended(inside, requirement) : inside.replace(old[0], () => requirement);
  return text.replace(whole, () => head + changed + close);
}

/** One entry more in an array, on a line of its own where the others have theirs. */
function appended(inside: string, entry: string): string {
  const last = /^([\s\S]*\S)(\s*)$/.exec(inside);
  if (last === null) return entry;
  const [, before = '', after = ''] = last;
  const comma = before.endsWith(',') || /,[ \t]*#[^\n]*$/.test(before) ? '' : ',';
  if (!inside.includes('\n')) return `${before}${comma} ${entry}`;
  const indent = /\n([ \t]*)["']/.exec(inside)?.[1] ?? '    ';
  return `${before}${comma}\n${indent}${entry},${after}`;
}
